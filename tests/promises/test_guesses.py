"""P7: guesses at tokens hit nothing, on the way that a real token goes: wire, signature, store."""

from server.conversation.store import Conversations
from server.ids import new_id
from server.link import Link
from server.session.store import Visits
from server.session.tokens import Tokens
from tests.promises import size
from tests.promises.guesses import Guesser, is_hit

GUESSES = size.of(20_000, 1_000_000)
WITH_THE_SECRET = size.of(1_000, 100_000)
TALKS = 50


async def visit(tokens: Tokens, visits: Visits) -> tuple[str, str]:
    """Begin a visit; return its conversation and its token."""
    conversation = new_id()
    token = tokens.issue(conversation)
    assert await visits.start(conversation, new_id(), token, 1)
    return conversation, token


async def test_P7_guesses_hit_nothing(redis: Link) -> None:
    """Changed by one sign, spliced of two, signed with another secret or by chance: none speaks for any of fifty talks."""
    tokens, visits, talks = Tokens("a secret of the workers"), Visits(redis), Conversations(redis, cap=99)
    good = [(await visit(tokens, visits))[1] for _ in range(TALKS)]
    guesser = Guesser(good, 20261125)

    assert all([await is_hit(tokens, talks, token) for token in good])
    hits = sum([await is_hit(tokens, talks, guesser.guess()) for _ in range(GUESSES)])
    assert hits == 0
    size.told("guesses at tokens, by wire, signature and store", GUESSES, f"{hits} hits")


async def test_P7_with_the_workers_secret_alone_guesses_hit_nothing(redis: Link) -> None:
    """Whoever could sign would have to know 256 bits of the talk's own token as well: each guess is looked up, and none hits."""
    tokens, visits, talks = Tokens("a secret of the workers"), Visits(redis), Conversations(redis, cap=99)
    names = [(await visit(tokens, visits))[0] for _ in range(TALKS)]

    hits = sum([await is_hit(tokens, talks, tokens.issue(names[n % TALKS])) for n in range(WITH_THE_SECRET)])
    assert hits == 0
    size.told("the same with the workers' secret, looked up in the store", WITH_THE_SECRET, f"{hits} hits")
