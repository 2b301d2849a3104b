"""The ephemeral token: ours, whole, and not too old; the name of an event stream; the name under which somebody is heard."""

import base64
import hashlib

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import Signer, URLSafeTimedSerializer

from server.ids import new_id
from server.session.rules import TOKEN_AGE, pulse_of_child, pulse_of_desk, token_hash, whose_pulse
from server.session.tokens import PURPOSE, STREAM_PURPOSE, StreamNames, TokenError, Tokens


def ours() -> Tokens:
    """Return what makes and reads our tokens: anew for each test, so that a test notices how it is made."""
    return Tokens("a secret of the workers")


def test_a_token_speaks_for_its_conversation() -> None:
    """There and back; two tokens of one conversation differ."""
    conversation = new_id()

    assert ours().conversation(ours().issue(conversation)) == conversation
    assert ours().issue(conversation) != ours().issue(conversation)
    hidden = URLSafeTimedSerializer("a secret of the workers", salt=PURPOSE).loads(ours().issue(conversation))[1]
    assert len(base64.urlsafe_b64decode(f"{hidden}=")) == 32


@given(st.text(max_size=300))
def test_what_is_not_ours_is_refused(text: str) -> None:
    """No text opens a visit."""
    with pytest.raises(TokenError):
        ours().conversation(text)


@pytest.mark.parametrize("content", ["text", ["only one"], [1, 2], ["not an id", "secret"], ["c" * 22, 3], {}])
def test_a_token_of_another_shape_is_refused(content: object) -> None:
    """Even with the right signature."""
    signed = str(URLSafeTimedSerializer("a secret of the workers", salt=PURPOSE).dumps(content))

    with pytest.raises(TokenError):
        ours().conversation(signed)


def test_a_token_of_another_purpose_or_secret_is_refused() -> None:
    """A signature is for one purpose and one secret."""
    other = str(URLSafeTimedSerializer("a secret of the workers", salt="another purpose").dumps([new_id(), "x"]))

    for token in (other, Tokens("another secret").issue(new_id())):
        with pytest.raises(TokenError):
            ours().conversation(token)


def test_P7_a_token_grows_old() -> None:
    """A day, and no second more."""
    with time_machine.travel("2026-11-25 18:00 +0000", tick=False) as traveller:
        token = ours().issue(new_id())
        traveller.shift(TOKEN_AGE)
        ours().conversation(token)
        traveller.shift(1)
        with pytest.raises(TokenError):
            ours().conversation(token)


def test_a_token_from_the_future_is_good() -> None:
    """Another worker's clock is ahead by an hour: the child that it let in is let in here too."""
    with time_machine.travel("2026-11-25 18:00 +0000", tick=False) as traveller:
        conversation = new_id()
        token = ours().issue(conversation)
        traveller.shift(-3600)

        assert ours().conversation(token) == conversation


def test_P7_a_token_is_known_by_its_hash() -> None:
    """SHA-256: the store never sees the token itself."""
    assert token_hash("token") == hashlib.sha256(b"token").hexdigest()


def test_a_streams_name_tells_its_worker_and_nobody_else_can_make_one() -> None:
    """There and back; another secret, another purpose, another sign, or none: not a name of ours."""
    worker, stream = new_id(), new_id()
    names = StreamNames("a secret of the workers")
    name = names.issue(worker, stream)

    assert names.read(name) == (worker, stream)
    assert name == Signer("a secret of the workers", salt=STREAM_PURPOSE, sep="~").sign(f"{worker}.{stream}").decode()
    other = Signer("a secret of the workers", salt=PURPOSE, sep="~").sign(f"{worker}.{stream}").decode()
    for forged in (StreamNames("another secret").issue(worker, stream), other, name[:-2], name.replace("~", "."), "", "\u00e6~x"):
        with pytest.raises(TokenError):
            names.read(forged)


def test_a_name_in_the_pulse_tells_whose_it_is() -> None:
    """A child's and a desk's, there and back."""
    assert whose_pulse(pulse_of_child("conversation:1")) == ("y", "conversation:1")
    assert whose_pulse(pulse_of_desk("desk")) == ("s", "desk")
