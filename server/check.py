"""`python -m server check`: read everything that a worker reads, and say what is wrong."""

import asyncio
from collections.abc import Mapping

from redis.exceptions import RedisError

from server import durability, link
from server.settings import Settings, SettingsError, read_settings
from server.staff import directory


def check(environ: Mapping[str, str]) -> int:
    """Print what is wrong, one line each. Return 0 when nothing is."""
    try:
        settings = read_settings(environ)
        faults = [*files(settings), *asyncio.run(store(settings))]
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


async def store(settings: Settings) -> list[str]:
    """Return what is wrong with the store."""
    redis = link.connect(settings.redis_url, most=1)
    try:
        weakness = await durability.weakness_for(redis, settings)
    except (RedisError, OSError) as error:
        return [f"REDIS_URL: expected a store that answers, got {type(error).__name__}"]
    finally:
        await redis.aclose()
    return [f"REDIS_URL: {weakness}"] if weakness and not settings.weak_store else []
