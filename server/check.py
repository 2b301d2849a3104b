"""`python -m server check`: read everything that a worker reads, and say what is wrong.

On a real origin (https) it says besides what is unsafe there: what is for trying out, a store that others can listen to, keys where they do
not belong, clocks that differ.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from redis.exceptions import RedisError

from server import address, clock, durability, link
from server.house_rules import store as changes
from server.link import Link
from server.settings import Settings, SettingsError, read_settings
from server.staff import directory
from server.staff.providers import read_providers
from server.watch import APART_SECONDS

HERE = frozenset({"127.0.0.1", "::1", "localhost"})


def check(environ: Mapping[str, str]) -> int:
    """Print what is wrong, one line each. Return 0 when nothing is."""
    try:
        settings = read_settings(environ)
        faults = [*files(settings), *unsafe(settings), *asyncio.run(store(settings))]
    except SettingsError as error:
        faults = [str(error)]
    for fault in faults:
        print(fault)
    if not faults:
        print("All settings are right, the store answers and keeps what it acknowledges.")
    return 1 if faults else 0


def files(settings: Settings) -> list[str]:
    """Return what is wrong with the files that the settings name."""
    faults = []
    if not settings.built.is_dir() or not any(settings.built.iterdir()):
        faults.append(f"{settings.built}: expected the built browser files (make build), got none")
    for language in settings.helpline.languages:
        path = settings.wording / f"{language}.toml"
        if not path.is_file():
            faults.append(f"{path}: expected the words of {language}, got no file")
    try:
        read_providers(settings.sign_in)
    except SettingsError as error:
        faults.append(str(error))
    faults += changes.faults(settings.house_file, settings.audit_secret.value, settings.helpline, settings.replies)
    try:
        accounts = directory.read(settings.staff_file).accounts
        alone = sum(1 for one in accounts if one.password_hash and not one.totp and not one.passkeys and not one.disabled)
        if alone and settings.staff_origin.startswith("https://"):
            expected = "a passkey or a second step for each account (staff invite NAME)"
            faults.append(f"{settings.staff_file}: expected {expected}, got {alone} without")
        if not accounts:
            faults.append(f"{settings.staff_file}: expected an account (python -m server staff add NAME), got none")
    except directory.StaffError as error:
        faults.append(str(error))
    return faults


def is_real(settings: Settings) -> bool:
    """Tell whether this is a real service, and not one for trying out."""
    return any(origin.startswith("https://") for origin in (settings.chat_origin, settings.staff_origin))


def unsafe(settings: Settings) -> list[str]:
    """Return what is unsafe on a real origin; on this machine alone nothing is."""
    if not is_real(settings):
        return []
    faults = [*origins(settings), *line_to(address.parse(settings.redis_url)), *folder(settings.staff_file.parent)]
    if settings.open_always:
        faults.append("ALARM_OPEN: expected hours on a real origin, got always")
    if settings.weak_store:
        faults.append("ALARM_STORE: expected durable or replica on a real origin, got weak")
    return faults


def origins(settings: Settings) -> list[str]:
    """Return which origins are wrong for a real service."""
    named = {
        "ALARM_CHAT_ORIGIN": [settings.chat_origin],
        "ALARM_STAFF_ORIGIN": [settings.staff_origin],
        "ALARM_HOST_ORIGINS": settings.host_origins,
    }
    faults = [f"{name}: expected https://, got {one}" for name, all_ in named.items() for one in all_ if not one.startswith("https://")]
    if settings.chat_origin == settings.staff_origin:
        faults.append("ALARM_STAFF_ORIGIN: expected a host of its own, got the chat's")
    if settings.chat_origin in settings.host_origins:
        faults.append(
            "ALARM_HOST_ORIGINS: expected pages of another origin, got the chat's own: a page of its own origin could read the frame"
        )
    return faults


def line_to(where: address.Address) -> list[str]:
    """Return what is unsafe about the way to the store. The address itself is not shown."""
    options = where.options
    hosts = [host for host, _ in where.places] or ([str(options["host"])] if "host" in options else [])
    secure = "ssl" in getattr(options.get("connection_class"), "__name__", "").lower()
    faults = []
    if not secure and not all(host in HERE for host in hosts):
        faults.append("REDIS_URL: expected TLS (rediss://) to another machine, got none")
    if not options.get("password"):
        faults.append("REDIS_URL: expected a password, got none")
    return faults


def folder(data: Path) -> list[str]:
    """Return what is unsafe about the data folder of a web worker: who may look in, and keys that are not its own."""
    faults = []
    if data.stat().st_mode & 0o077:
        faults.append(f"{data}: expected a folder of its owner alone (chmod 700), got mode {data.stat().st_mode & 0o777:04o}")
    faults += [f"{path}: expected no private key beside a web worker (docs/registrar.md), got one" for path in sorted(data.glob("*.key"))]
    faults += [
        f"{path}: expected a file of its owner alone (chmod 600), got mode {path.stat().st_mode & 0o777:04o}"
        for path in sorted([*data.glob("*.secret"), *data.glob("staff.json"), *data.glob("audit.log")])
        if path.stat().st_mode & 0o077
    ]
    return faults


async def store(settings: Settings) -> list[str]:
    """Return what is wrong with the store."""
    redis = link.connect(settings.redis_url, most=1)
    try:
        weakness = await durability.weakness_for(redis, settings)
        more = [fault for master in await redis.masters() for fault in await listening(master)] if is_real(settings) else []
    except (RedisError, OSError) as error:
        return [f"REDIS_URL: expected a store that answers, got {type(error).__name__}"]
    finally:
        await redis.aclose()
    return [*([f"REDIS_URL: {weakness}"] if weakness and not settings.weak_store else []), *dict.fromkeys(more)]


async def listening(master: Link) -> list[str]:
    """Return what a server tells to others that it should not, and how far its clock is from this one. Raises RedisError."""
    faults = []
    slow = (await master.config_get("slowlog-max-len")).get("slowlog-max-len", "0")
    if slow != "0":
        faults.append(f"REDIS_URL: slowlog-max-len: expected 0, since it keeps what it was told, got {slow}")
    seconds, micros = await master.time()
    apart = clock.now() / 1000 - (seconds + micros / 1_000_000)
    if abs(apart) > APART_SECONDS:
        faults.append(f"the clock: expected less than {APART_SECONDS:.0f} s from the store's, got {apart:+.1f} s (NTP)")
    return faults
