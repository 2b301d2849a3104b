"""Who may do what: every page and every frame of the staff's side, with its roles. Pure data, and one question about it.

Rules of this file:

1. What is not written here does not exist: a route without a row stops the start, a frame without a row closes the socket.
2. A role that is not named in a row may not. There is no role that may everything.
3. A shift lead looks after those who are counsellors and nothing more; all other accounts are an administrator's.
   Who is an administrator or reads the audit log sees no talk, unless somebody gave both roles.
"""

from collections.abc import Collection, Mapping
from typing import Literal, get_args

Role = Literal["counsellor", "shift_lead", "auditor", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)

Allowed = frozenset[Role]
ALL: Allowed = frozenset(ROLES)
AT_A_DESK: Allowed = frozenset({"counsellor", "shift_lead"})
LEAD: Allowed = frozenset({"shift_lead"})
ADMINISTRATOR: Allowed = frozenset({"administrator"})
OF_PEOPLE: Allowed = ADMINISTRATOR | LEAD
AUDITOR: Allowed = frozenset({"auditor"})
SEES_NUMBERS: Allowed = frozenset({"shift_lead", "auditor", "administrator"})
"""What is published of the journal as numbers: no talk is in it, and nobody's own work."""
NOBODY: Allowed = frozenset()
BEFORE_SIGNING_IN: Allowed | None = None
"""What has to answer before anybody is known."""

PAGES: Mapping[tuple[str, str], Allowed | None] = {
    ("GET", "/staff"): AT_A_DESK,
    ("GET", "/staff/sign-in"): BEFORE_SIGNING_IN,
    ("POST", "/staff/sign-in"): BEFORE_SIGNING_IN,
    ("GET", "/staff/invitation"): BEFORE_SIGNING_IN,
    ("POST", "/staff/invitation"): BEFORE_SIGNING_IN,
    ("POST", "/staff/invitation/passkey/ask"): BEFORE_SIGNING_IN,
    ("POST", "/staff/invitation/passkey"): BEFORE_SIGNING_IN,
    ("POST", "/staff/invitation/elsewhere"): BEFORE_SIGNING_IN,
    ("GET", "/staff/elsewhere/{provider}"): BEFORE_SIGNING_IN,
    ("GET", "/staff/elsewhere/{provider}/back"): BEFORE_SIGNING_IN,
    ("GET", "/staff/elsewhere/{provider}/out"): BEFORE_SIGNING_IN,
    ("POST", "/staff/elsewhere/{provider}/says-out"): BEFORE_SIGNING_IN,
    ("POST", "/staff/passkey/ask"): BEFORE_SIGNING_IN,
    ("POST", "/staff/passkey"): BEFORE_SIGNING_IN,
    ("POST", "/staff/sign-out"): ALL,
    ("GET", "/staff/me"): ALL,
    ("POST", "/staff/me/passkey/ask"): ALL,
    ("POST", "/staff/me/passkey"): ALL,
    ("POST", "/staff/me/passkey/remove"): ALL,
    ("POST", "/staff/sessions/end"): ALL,
    ("GET", "/staff/people"): OF_PEOPLE,
    ("POST", "/staff/people"): OF_PEOPLE,
    ("GET", "/staff/audit"): AUDITOR,
    ("GET", "/staff/figures"): SEES_NUMBERS,
    ("GET", "/staff/figures.json"): SEES_NUMBERS,
    ("GET", "/staff/figures.csv"): SEES_NUMBERS,
    ("POST", "/staff/ticket"): AT_A_DESK,
    ("GET", "/staff/static/{file}"): AT_A_DESK,
    ("GET", "/staff/municipalities.json"): AT_A_DESK,
    ("GET", "/staff/training.json"): AT_A_DESK,
    ("POST", "/staff/replies"): AT_A_DESK,
    ("GET", "/staff/phrases.json"): AT_A_DESK,
    ("GET", "/staff/blocks.json"): AT_A_DESK,
    ("POST", "/staff/blocks"): AT_A_DESK,
    ("GET", "/staff/house.json"): LEAD,
    ("POST", "/staff/house/preview"): LEAD,
    ("POST", "/staff/house/change"): LEAD,
}
"""Method and path -> who may."""

FRAMES: Mapping[str, Allowed] = dict.fromkeys(
    (
        "hello",
        "free",
        "away",
        "take",
        "decline",
        "open",
        "say",
        "plan",
        "typing",
        "seen",
        "range",
        "end",
        "no_child",
        "register",
        "ask_in",
        "look_in",
        "look_out",
        "help",
        "come",
        "whisper",
        "ask_over",
        "sign",
        "here",
        "ping",
    ),
    AT_A_DESK,
) | dict.fromkeys(("order", "lift", "end_talk", "move_talk"), LEAD)
"""The name of a frame (`t`) -> who may send it."""

HOMES = ("/staff", "/staff/people", "/staff/audit", "/staff/me")
"""Where somebody is led after signing in: the first of these pages that is hers."""


def may(roles: Collection[Role], allowed: Allowed) -> bool:
    """Tell whether one of these roles is among those that may."""
    return not allowed.isdisjoint(roles)


def may_give(roles: Collection[Role]) -> tuple[Role, ...]:
    """Return the roles that somebody with these roles may give to others: an administrator all, a shift lead that of a counsellor."""
    return ROLES if may(roles, ADMINISTRATOR) else ("counsellor",) if may(roles, LEAD) else ()


def may_change(roles: Collection[Role], theirs: Collection[Role]) -> bool:
    """Tell whether somebody with these roles may disable or invite again an account that has `theirs`."""
    return set(theirs) <= set(may_give(roles))


def home(roles: Collection[Role]) -> str:
    """Return the first page of somebody with these roles."""
    return next((path for path in HOMES if may(roles, PAGES["GET", path] or ALL)), HOMES[-1])
