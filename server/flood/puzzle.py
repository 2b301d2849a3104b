"""The puzzle: proof of work by ALTCHA (version 2, PBKDF2 with SHA-256), signed, so that no worker remembers whom it gave which.

The number to be found is drawn by the server: so there is a most that a slow telephone must try, and not only a likely one.
"""

import secrets
from typing import cast

from altcha import Challenge, ChallengeParameters, Payload, Solution, create_challenge, verify_solution

from server.flood.rules import tries
from server.wire.frames import Puzzle

ALGORITHM = "PBKDF2/SHA-256"
COST = 2_000
"""Rounds of one try: about a millisecond of the server's time to make a puzzle, and one to check it."""
SECONDS = 120
"""So long a puzzle is good."""


def make(secret: bytes, hard: int, now: int) -> Puzzle:
    """Return a fresh puzzle of a level (1 or more), good from `now` (ms) on."""
    most = tries(hard)
    counter = most // 2 + secrets.randbelow(most // 2)
    made = create_challenge(ALGORITHM, COST, counter=counter, expires_at=now // 1000 + SECONDS, hmac_secret=secret)
    given = made.parameters
    return Puzzle(given.nonce, given.salt, given.cost, given.key_prefix, cast("int", given.expires_at), cast("str", made.signature))


def is_solved(secret: bytes, puzzle: Puzzle, counter: int, key: str) -> bool:
    """Tell whether this is one of our puzzles, still good, and its solution. That it was not used before is asked elsewhere."""
    parameters = ChallengeParameters(ALGORITHM, puzzle.nonce, puzzle.salt, puzzle.cost, key_prefix=puzzle.prefix, expires_at=puzzle.until)
    payload = Payload(Challenge(parameters, puzzle.signature), Solution(counter, key))
    return verify_solution(payload, secret).verified
