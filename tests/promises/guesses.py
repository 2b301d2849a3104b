"""Guesses at a child's token, as somebody makes them who knows all of our code: each goes the way of a real one."""

import random
import secrets
import string

from itsdangerous import URLSafeTimedSerializer

from server.conversation.store import Came, Comer, Conversations
from server.ids import new_id
from server.session.rules import token_hash
from server.session.tokens import PURPOSE, TokenError, Tokens
from server.wire import frames as f

SIGNS = string.ascii_letters + string.digits + "-_"


class Guesser:
    """Makes guesses from good tokens that it has seen, and from none."""

    def __init__(self, good: list[str], seed: int) -> None:
        """`good`: tokens of other visits, at least two; `seed`: the same guesses again."""
        self.good = good
        self.chance = random.Random(seed)  # noqa: S311 - a seed that can be repeated
        self.forger = URLSafeTimedSerializer("another secret", salt=PURPOSE)

    def guess(self) -> str:
        """Return a token that nobody has been given."""
        return self.chance.choice((self.near, self.spliced, self.forged, self.random))()

    def near(self) -> str:
        """A good one with another sign. The last sign of base64 holds bits that mean nothing."""
        good = self.chance.choice(self.good)
        at = self.chance.randrange(len(good) - 1)
        return good[:at] + self.chance.choice(SIGNS.replace(good[at], "")) + good[at + 1 :]

    def spliced(self) -> str:
        """The visit of one, the time or the signature of another."""
        one, other = (token.split(".") for token in self.chance.sample(self.good, 2))
        cut = self.chance.choice((1, 2))
        token = ".".join(one[:cut] + other[cut:])
        return self.forged() if token in self.good else token

    def forged(self) -> str:
        """The right shape and another secret's signature."""
        return str(self.forger.dumps([new_id(), secrets.token_urlsafe(32)]))

    def random(self) -> str:
        """Signs by chance, as many as a good one has."""
        return "".join(self.chance.choices(SIGNS + ".", k=len(self.good[0])))


async def is_hit(tokens: Tokens, conversations: Conversations, token: str) -> bool:
    """Say hello with this token as a browser does: parsed, its signature read, its visit looked up. Tell whether it spoke for anybody."""
    hello = f.parse_child(f.dump(f.ChildHello(token)).decode())
    assert isinstance(hello, f.ChildHello)
    assert hello.token
    try:
        conversation = tokens.conversation(hello.token)
    except TokenError:
        return False
    (came,) = await conversations.come([Comer(conversation, token_hash(hello.token), "tab", 1, 0)], "worker")
    return isinstance(came, Came)
