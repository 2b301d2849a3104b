"""What a provider's word must say before it counts: the one that lets somebody in, and the one that puts her out. Pure.

The signature has been checked before, with the provider's own public keys and never with anything else. The library checks some of them
too: they are what an attacker tries, so each stands here.
"""

from collections.abc import Mapping
from typing import Any

from server.staff.providers import Provider
from server.staff.roles import Role

Claims = Mapping[str, Any]

LEEWAY = 30
"""Seconds that a provider's clock may differ from ours."""
OLDEST = 600
"""Seconds after which a word is too old to let anybody in, whatever it says of its end; also for one that puts somebody out."""
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class ClaimRefused(Exception):
    """A claim that is not what it must be: its name."""

    def __init__(self, claim: str) -> None:
        """Keep the name of the claim, never its value."""
        super().__init__(claim)
        self.claim = claim


def check_id_token(claims: Claims, provider: Provider, nonce: str, now: int) -> None:
    """Check what lets somebody in; `now` in seconds. Raises ClaimRefused."""
    _check_issued(claims, provider, now)
    if not nonce or claims.get("nonce") != nonce:
        raise ClaimRefused("nonce")
    if claims.get("azp", provider.client_id) != provider.client_id:
        raise ClaimRefused("azp")
    if not _number(claims, "exp") > now - LEEWAY:
        raise ClaimRefused("exp")
    if provider.acr and claims.get("acr") not in provider.acr:
        raise ClaimRefused("acr")
    if provider.amr and not set(listed(claims.get("amr"))) & set(provider.amr):
        raise ClaimRefused("amr")
    if not subject_of(claims, provider):
        raise ClaimRefused("sub")


def check_logout_token(claims: Claims, provider: Provider, now: int) -> None:
    """Check what puts somebody out; `now` in seconds. Raises ClaimRefused."""
    _check_issued(claims, provider, now)
    if "nonce" in claims:  # an id_token is no logout_token
        raise ClaimRefused("nonce")
    if not isinstance(claims.get("events"), dict) or not isinstance(claims["events"].get(LOGOUT), dict):
        raise ClaimRefused("events")
    if "exp" in claims and not _number(claims, "exp") > now - LEEWAY:
        raise ClaimRefused("exp")
    if not (isinstance(claims.get("sid"), str) or isinstance(claims.get("sub"), str)):
        raise ClaimRefused("sid")


def subject_of(claims: Claims, provider: Provider) -> str:
    """Return who it is, as this provider names her; "": it does not say."""
    found = claims.get(provider.subject)
    return found if isinstance(found, str) else ""


def roles_of(claims: Claims, provider: Provider) -> tuple[Role, ...] | None:
    """Return the roles that the provider gives her; None: roles are given in our own directory."""
    if not provider.role_claim:
        return None
    given = {provider.roles[one] for one in listed(claims.get(provider.role_claim)) if one in provider.roles}
    return tuple(sorted(given))


def listed(value: object) -> list[str]:
    """Return a claim that is a list, or a single word, as a list of words."""
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str)]


def _check_issued(claims: Claims, provider: Provider, now: int) -> None:
    if claims.get("iss") != provider.issuer:
        raise ClaimRefused("iss")
    if claims.get("aud") not in (provider.client_id, [provider.client_id]):
        raise ClaimRefused("aud")
    if not now - OLDEST < _number(claims, "iat") <= now + LEEWAY:
        raise ClaimRefused("iat")


def _number(claims: Claims, name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ClaimRefused(name)
    return float(value)
