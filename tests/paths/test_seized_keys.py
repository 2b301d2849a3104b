"""A3 and A5: with all that workers and store hold in hand, their memory and their files, nobody has a key that opens a talk.

A key that opens a talk is that talk's own, or the registrar's. Whoever tried every 32 bytes of what was seized as a key would have to
come upon one of the two: so each is looked for, in every shape in which it could lie there.
"""

import asyncio
import base64

import redis as sync_redis
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.staff import signed_in
from tests.paths.test_seizure import memory
from tests.people import Child, Counsellor, gone_after


def shapes(key: bytes) -> dict[str, bytes]:
    """Return a key as it could lie in memory or in a file."""
    found = {"bytes": key, "turned round": key[::-1], "hex": key.hex().encode(), "HEX": key.hex().upper().encode()}
    for skip in range(3):
        found[f"base64+{skip}"] = base64.b64encode(b"\0" * skip + key)[4 if skip else 0 : -4]
        found[f"base64url+{skip}"] = base64.urlsafe_b64encode(b"\0" * skip + key)[4 if skip else 0 : -4]
    return found


def found_in(where: bytes, keys: dict[str, bytes]) -> list[str]:
    """Return which keys stand in these bytes."""
    return [f"{name} as {shape}" for name, key in keys.items() for shape, text in shapes(key).items() if text in where]


def registrar_key(service: Service) -> bytes:
    """Return the secret number of the registrar's key pair."""
    pem = (service.data / "registrar.key").read_bytes()
    private = load_pem_private_key(pem, None)
    assert isinstance(private, EllipticCurvePrivateKey)
    return private.private_numbers().private_value.to_bytes(32, "big")


def test_the_search_for_keys_finds_one_that_is_there() -> None:
    """In each shape, wherever it lies."""
    key = bytes(range(7, 39))
    for text in shapes(key).values():
        assert found_in(b"x" * 5 + text + b"y" * 9, {"it": key})


async def test_A3_whoever_seizes_workers_and_store_has_no_key(service: Service) -> None:
    """While a talk runs and two children wait: neither their keys nor the registrar's are in any memory or file but their own."""
    children, kari = [Child(service.place(n % 2)) for n in range(3)], Counsellor(service.place(1))
    async with gone_after(kari, *children):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        for child in children:
            await child.waits()
            await child.says("en hemmelighet")
        conversation = await kari.takes(children[0].conversation)
        await children[0].opens_for(await children[0].sees(f.Paired))
        await kari.has_key(conversation)
        await kari.says(conversation, "jeg er her")
        await children[0].sees(f.Message)
        keys = {f"the key of child {n}": child.key for n, child in enumerate(children)} | {"the registrar's": registrar_key(service)}

        def search() -> tuple[list[str], int]:
            with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
                admin.save()
            hits, size = [], 0
            for name, pid in {**{n: service.running[n].pid for n in ("one", "two")}, "the store": service.redis.process.pid}.items():
                for region in memory(pid):
                    size += len(region)
                    hits += [f"{hit} in the memory of {name}" for hit in found_in(region, keys)]
            for path in [*service.redis.folder.rglob("*"), *service.data.glob("*.log"), *service.data.glob("*.secret")]:
                if path.is_file():
                    hits += [f"{hit} in {path.name}" for hit in found_in(path.read_bytes(), keys)]
            return hits, size

        hits, size = await asyncio.to_thread(search)
    assert size > 50_000_000
    assert hits == []
