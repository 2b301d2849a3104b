"""How a visit starts, resumes and is forgotten: the pure part."""

import hashlib

TOKEN_AGE = 24 * 3600
"""Seconds that a token can live at the most; it dies with its talk before that."""
BEAT_MS = 2_000
"""How often a worker says when it last heard its sockets."""


def token_hash(token: str) -> str:
    """Return what the store keeps of a token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def pulse_of_child(conversation: str) -> str:
    """Return the name under which a child's connection beats."""
    return f"y:{conversation}"


def pulse_of_desk(desk: str) -> str:
    """Return the name under which a counsellor's connection beats."""
    return f"s:{desk}"


def whose_pulse(member: str) -> tuple[str, str]:
    """Return ("y", conversation) or ("s", desk) for a member of the pulse."""
    kind, _, name = member.partition(":")
    return kind, name
