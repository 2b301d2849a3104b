"""All settings of a web worker: read once at the start, typed, frozen, secrets masked.

The environment says where things are (`config/example.env`), `config/helpline.toml` how the helpline works,
the data folder holds the keys. Whatever is wrong stops the start and names itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from server import address, clock, ids, keyfiles
from server.helpline import Helpline, Number, SettingsError, Window, read_helpline
from server.numbers import Emergency, OnCall, read_emergency, read_on_call
from server.replies import Reply, read_replies
from server.training import Training, read_training

__all__ = [
    "ENVIRONMENT",
    "Helpline",
    "Number",
    "Secret",
    "Settings",
    "SettingsError",
    "Window",
    "data_folder",
    "read_settings",
    "redis_url",
]

ENVIRONMENT = (
    "REDIS_URL",
    "ALARM_DATA",
    "ALARM_CONFIG",
    "ALARM_CHAT_ORIGIN",
    "ALARM_STAFF_ORIGIN",
    "ALARM_HOST_ORIGINS",
    "ALARM_OPEN",
    "ALARM_STORE",
    "ALARM_BUILT",
    "ALARM_OPS",
    "ALARM_EDGE",
    "ALARM_SIGN_IN",
)
"""Every name that a worker reads from the environment; a name that begins with ALARM_ and is not here (or in LAUNCH) is a typo."""
LAUNCH = ("ALARM_PORT", "ALARM_DEMO_PORT")
"""Names that only `make run` reads."""

ROOT = Path(__file__).resolve().parent.parent
FIGURES_FILE = "figures.json"
_ORIGIN = re.compile(r"^(?:https://[a-z0-9.-]+(?::\d{2,5})?|http://(?:127\.0\.0\.1|localhost)(?::\d{2,5})?)$")
_ORIGIN_SHAPE = "an origin such as https://chat.example.no, without a path (http:// only for this machine)"
_OPS = re.compile(r"^(?:127\.0\.0\.1:(?P<port>\d{1,5})|unix:(?P<path>/\S+))$")
_OPS_SHAPE = "127.0.0.1:PORT, unix:/PATH or nothing"

Keeping = Literal["durable", "replica", "weak"]
"""How a store must keep what it acknowledges; what each asks for is in `server/durability.py`."""
KEEPINGS: Mapping[str, Keeping] = {"durable": "durable", "replica": "replica", "weak": "weak"}
Choice = TypeVar("Choice")


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that does not show itself."""

    value: bytes = field(repr=False)

    def __str__(self) -> str:
        """Return a mask."""
        return "Secret(***)"

    __repr__ = __str__


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a web worker knows. No private key is among it."""

    helpline: Helpline
    redis_url: str = field(repr=False)
    """May hold a password, so it does not show."""
    chat_origin: str
    staff_origin: str
    host_origins: tuple[str, ...]
    token_secret: Secret
    registrar_key: bytes
    """The uncompressed P-256 point of the registrar (65 bytes)."""
    receipt_key: bytes
    """The Ed25519 public key that receipts are checked with (32 bytes)."""
    staff_file: Path
    audit_file: Path
    house_file: Path
    """What the shift lead has changed of hours, exceptions, quick replies and other help."""
    reasons_file: Path
    audit_secret: Secret
    figures_file: Path
    """The evening and the month in numbers, as the registrar's side has published them; it need not be there."""
    built: Path
    """The folder of the built browser files."""
    wording: Path
    """The folder of the words, one file per language."""
    replies: tuple[Reply, ...]
    """What counsellors say often, to be put into the writing field."""
    training: Training
    """The stories of practice children."""
    emergency: tuple[Emergency, ...]
    """Whom a counsellor may call here and now, as far as the numbers are confirmed."""
    on_call: tuple[OnCall, ...]
    own_replies: Path
    """The folder of those that each counsellor keeps for herself."""
    open_always: bool
    """The opening window is not looked at, and every page says so."""
    store: Keeping
    """What the store must do before an acknowledgement; `weak`: one that may lose what it has acknowledged is accepted."""
    ops: "Listener | None"
    """Where readiness and figures are told; they are not for the public."""
    edge: str | None
    """The path of the Unix socket of the process that makes buckets of addresses; None: there is none."""
    sign_in: Path | None
    """The file of the providers where staff may sign in elsewhere; None: nowhere."""
    worker: str
    """A fresh id of this process."""

    @property
    def weak_store(self) -> bool:
        """A Redis that may lose what it has acknowledged is accepted."""
        return self.store == "weak"

    @property
    def copies(self) -> int:
        """How many replicas must have a step before it is acknowledged."""
        fails_over = address.parse(self.redis_url).kind != "single"
        return int(self.store == "replica" or (self.store == "durable" and fails_over))


@dataclass(frozen=True, slots=True)
class Listener:
    """A port of 127.0.0.1, or the path of a Unix socket."""

    port: int | None = None
    path: str | None = None


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read every setting. Raises SettingsError for the first that is missing or wrong."""
    _no_unknown_names(environ)
    data = data_folder(environ)
    config = Path(environ.get("ALARM_CONFIG", ROOT / "config" / "helpline.toml"))
    try:
        keyfiles.refuse_outdated(data / "registrar.pub", clock.utc().date())
        helpline = read_helpline(config)
        return Settings(
            helpline=helpline,
            redis_url=redis_url(environ),
            chat_origin=_origin("ALARM_CHAT_ORIGIN", _need(environ, "ALARM_CHAT_ORIGIN", _ORIGIN_SHAPE)),
            staff_origin=_origin("ALARM_STAFF_ORIGIN", _need(environ, "ALARM_STAFF_ORIGIN", _ORIGIN_SHAPE)),
            host_origins=_origins(environ),
            token_secret=Secret(keyfiles.read_secret(data / keyfiles.SECRET)),
            registrar_key=keyfiles.read_p256_public(data / "registrar.pub"),
            receipt_key=keyfiles.read_ed25519_public(data / "receipt.pub"),
            staff_file=data / "staff.json",
            audit_file=data / "audit.log",
            house_file=data / "house.log",
            reasons_file=data / "reasons.log",
            audit_secret=Secret(keyfiles.read_secret(data / keyfiles.AUDIT_SECRET)),
            figures_file=data / FIGURES_FILE,
            built=Path(environ.get("ALARM_BUILT", ROOT / "built")),
            wording=config.parent / "wording",
            replies=read_replies(config.parent / "replies.toml", helpline.languages, helpline.default_language),
            training=read_training(config.parent / "training"),
            emergency=read_emergency(ROOT / "config" / "data" / "hjelpenumre.json"),
            on_call=read_on_call(ROOT / "config" / "data" / "barnevernvakter.json"),
            own_replies=data / "replies",
            open_always=_choice(environ, "ALARM_OPEN", {"hours": False, "always": True}),
            store=_choice(environ, "ALARM_STORE", KEEPINGS),
            ops=_ops(environ.get("ALARM_OPS", "").strip()),
            edge=_edge(environ.get("ALARM_EDGE", "").strip()),
            sign_in=Path(environ["ALARM_SIGN_IN"]) if environ.get("ALARM_SIGN_IN") else None,
            worker=ids.new_id(),
        )
    except keyfiles.KeyFileError as error:
        raise SettingsError(str(error.path), error.expected, error.came) from error


def data_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of keys, accounts and journal (`ALARM_DATA`, else ./data)."""
    return Path(environ.get("ALARM_DATA") or "data")


def redis_url(environ: Mapping[str, str]) -> str:
    """Return the address of the store. Raises SettingsError, which does not show it: it may hold a password."""
    url = _need(environ, "REDIS_URL", "the address of a Redis 7 or Valkey 8 server")
    try:
        address.parse(url)
    except address.AddressError as error:
        raise SettingsError("REDIS_URL", str(error), "something else") from None
    return url


def _no_unknown_names(environ: Mapping[str, str]) -> None:
    for name in environ:
        if name.startswith("ALARM_") and name not in ENVIRONMENT + LAUNCH:
            raise SettingsError(name, f"one of {' '.join(ENVIRONMENT + LAUNCH)}", f"the unknown name `{name}`")


def _need(environ: Mapping[str, str], name: str, expected: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise SettingsError(name, expected, "nothing")
    return value


def _origin(name: str, value: str) -> str:
    if not _ORIGIN.match(value):
        raise SettingsError(name, _ORIGIN_SHAPE, repr(value))
    return value


def _origins(environ: Mapping[str, str]) -> tuple[str, ...]:
    name = "ALARM_HOST_ORIGINS"
    return tuple(_origin(name, value) for value in _need(environ, name, "the origins of the pages that embed the chat").split())


def _ops(value: str) -> Listener | None:
    if not value:
        return None
    found = _OPS.match(value)
    if found is None or int(found["port"] or 0) > 65535:  # noqa: PLR2004 - the last port
        raise SettingsError("ALARM_OPS", _OPS_SHAPE, repr(value))
    return Listener(int(found["port"]) if found["port"] else None, found["path"])


def _edge(value: str) -> str | None:
    if value and not value.startswith("unix:/"):
        raise SettingsError("ALARM_EDGE", "unix:/PATH or nothing", repr(value))
    return value.removeprefix("unix:") or None


def _choice(environ: Mapping[str, str], name: str, choices: Mapping[str, Choice]) -> Choice:
    value = environ.get(name) or next(iter(choices))
    if value not in choices:
        raise SettingsError(name, f"one of {' '.join(choices)}", repr(value))
    return choices[value]
