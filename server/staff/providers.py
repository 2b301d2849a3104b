"""Where staff may sign in elsewhere: the providers (OpenID Connect) in the file that `ALARM_SIGN_IN` names, read once at the start.

Each field is told in `config/README.md`. Whatever is wrong stops the start and names itself.
"""

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from server.helpline import SettingsError
from server.later import later
from server.staff.roles import Role

if TYPE_CHECKING:
    from server.staff import signing
else:
    signing = later("server.staff.signing")

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Address = Annotated[str, msgspec.Meta(pattern=r"^(https://[^\s?#]+|http://(127\.0\.0\.1|localhost)(:\d+)?(/[^\s?#]*)?)$")]


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One place where staff may sign in."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,20}$")]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    issuer: Address
    client_id: Words
    key: Words
    key_id: Annotated[str, msgspec.Meta(max_length=200)] = ""
    certificate: Annotated[str, msgspec.Meta(max_length=200)] = ""
    audience: Literal["issuer", "token_endpoint"] = "issuer"
    scope: Words = "openid"
    acr: tuple[Words, ...] = ()
    amr: tuple[Words, ...] = ()
    subject: Words = "sub"
    role_claim: Annotated[str, msgspec.Meta(max_length=200)] = ""
    roles: dict[str, Role] = {}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    provider: Annotated[tuple[Provider, ...], msgspec.Meta(min_length=1)]


def read_providers(path: Path | None) -> tuple[Provider, ...]:
    """Return the providers in the file; no file named is none. Raises SettingsError."""
    if path is None:
        return ()
    try:
        found = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File).provider
    except OSError as error:
        raise SettingsError(str(path), "a file that can be read", error.strerror) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(str(path), "TOML in UTF-8", error) from error
    except msgspec.ValidationError as error:
        raise SettingsError(str(path), "providers as config/README.md tells them", error) from error
    if len({one.id for one in found}) < len(found):
        raise SettingsError(f"{path}: id", "another one for each provider", "the same twice")
    for one in found:
        if bool(one.role_claim) != bool(one.roles):
            raise SettingsError(f"{path}: {one.id}", "both role_claim and roles, or neither", "one of them")
        signing.signer(one)
    return found
