"""The ephemeral token: ours, whole, and not too old."""

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from server.ids import new_id
from server.session.rules import TOKEN_AGE, same_token, token_hash
from server.session.tokens import PURPOSE, TokenError, Tokens

TOKENS = Tokens("a secret of the workers")


def test_a_token_speaks_for_its_conversation() -> None:
    """There and back; two tokens of one conversation differ."""
    conversation = new_id()

    assert TOKENS.conversation(TOKENS.issue(conversation)) == conversation
    assert TOKENS.issue(conversation) != TOKENS.issue(conversation)


@given(st.text(max_size=300))
def test_what_is_not_ours_is_refused(text: str) -> None:
    """No text opens a visit."""
    with pytest.raises(TokenError):
        TOKENS.conversation(text)


@pytest.mark.parametrize("content", ["text", ["only one"], [1, 2], ["not an id", "secret"], ["c" * 22, 3], {}])
def test_a_token_of_another_shape_is_refused(content: object) -> None:
    """Even with the right signature."""
    signed = str(URLSafeTimedSerializer("a secret of the workers", salt=PURPOSE).dumps(content))

    with pytest.raises(TokenError):
        TOKENS.conversation(signed)


def test_a_token_of_another_purpose_or_secret_is_refused() -> None:
    """A signature is for one purpose and one secret."""
    other = str(URLSafeTimedSerializer("a secret of the workers", salt="another purpose").dumps([new_id(), "x"]))

    for token in (other, Tokens("another secret").issue(new_id())):
        with pytest.raises(TokenError):
            TOKENS.conversation(token)


def test_P7_a_token_grows_old() -> None:
    """A day, and no second more."""
    with time_machine.travel("2026-11-25 18:00 +0000", tick=False) as traveller:
        token = TOKENS.issue(new_id())
        traveller.shift(TOKEN_AGE)
        TOKENS.conversation(token)
        traveller.shift(1)
        with pytest.raises(TokenError):
            TOKENS.conversation(token)


def test_a_token_from_the_future_is_good() -> None:
    """Another worker's clock is ahead by an hour: the child that it let in is let in here too."""
    with time_machine.travel("2026-11-25 18:00 +0000", tick=False) as traveller:
        conversation = new_id()
        token = TOKENS.issue(conversation)
        traveller.shift(-3600)

        assert TOKENS.conversation(token) == conversation


def test_P7_a_token_is_known_by_its_hash() -> None:
    """SHA-256, compared in constant time."""
    assert same_token("token", token_hash("token"))
    assert not same_token("token", token_hash("other"))
