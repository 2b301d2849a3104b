"""One server: over TLS, with a bounded number of connections, and with no answer for another."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import redis as sync_redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from redis.exceptions import RedisError

from server import embedded, keys, link
from server.link import Link
from server.link.servers import READS
from server.scripts import load


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 that nobody else has signed, and its key."""
    key, now = generate_private_key(SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "store")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "store.pem", folder / "store.key"
    paths[0].write_bytes(made.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


@contextlib.asynccontextmanager
async def wrapped(store: Path, folder: Path) -> AsyncIterator[tuple[int, Path]]:
    """Put TLS before a real server; give the port and the certificate."""
    made, key = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, on = await asyncio.open_unix_connection(str(store))
        await asyncio.gather(carry(reader, on), carry(there, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1], made


async def test_a_store_is_reached_over_tls_when_its_certificate_is_known(
    redis: Link, embedded_redis: embedded.Embedded, tmp_path: Path
) -> None:
    """And not at all when it is not."""
    assert await redis.ping()
    async with wrapped(embedded_redis.socket, tmp_path) as (port, made):
        known = link.connect(f"rediss://chat@127.0.0.1:{port}?ssl_ca_certs={made}")
        assert await known.ping()
        await known.aclose()
        stranger = link.connect(f"rediss://chat@127.0.0.1:{port}")
        with pytest.raises(RedisError):
            await stranger.ping()
        await stranger.aclose()


async def test_many_who_ask_share_a_few_connections(redis: Link, embedded_redis: embedded.Embedded) -> None:
    """A thousand steps at once: each is answered, over at most sixteen connections; who finds them in use waits."""
    step = load("staff", "begin")
    answers = await asyncio.gather(*(step(redis, [f"{{s:{number}}}:session"], ["desk", 1]) for number in range(1000)))
    with sync_redis.Redis.from_url(embedded_redis.admin_url) as admin:
        mine = [one for one in admin.client_list() if one["user"] == "chat"]

    assert answers == [1] * 1000
    assert 1 <= len(mine) <= link.MOST == 16


async def test_who_gives_up_leaves_nothing_for_the_next(redis: Link) -> None:
    """A third of ten thousand questions is given up in the middle: no answer ever comes to another question."""

    async def asks(number: int) -> None:
        for turn in range(100):
            name = f"{{x:{number}}}:{turn}"  # what was given up may still be done, later than what is asked next
            asking = asyncio.ensure_future(redis.set(name, f"{number} {turn}", ex=60))
            if turn % 3 == 0:
                await asyncio.sleep(0)
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
            else:
                await asking
                assert await redis.get(name) == f"{number} {turn}".encode()

    await asyncio.gather(*(asks(number) for number in range(100)))


async def test_a_command_is_sent_without_a_task(redis: Link) -> None:
    """A command, a step and a row of commands: each is written at once, in the task that asks, whatever redis-py would do."""
    loop, made = asyncio.get_running_loop(), list[str]()

    def counted(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> Any:  # noqa: ANN401 - asyncio's
        made.append(coroutine.__name__)
        return asyncio.Task(coroutine, loop=loop, **options)

    await redis.ping()
    loop.set_task_factory(counted)
    try:
        await redis.set("{a}", "1", ex=9)
        await load("conversation", "range")(redis, [keys.log("a" * 26)], [0, 9])
        async with redis.pipeline(transaction=False) as pipe:
            assert await pipe.hget("{b}", "a").expire("{a}", 9).execute() == [None, True]
    finally:
        loop.set_task_factory(None)

    assert set(made) <= {"release"}  # redis-py gives the connection of a row back in a task


def test_what_is_said_again_by_itself_changes_nothing(embedded_redis: embedded.Embedded) -> None:
    """The server itself says of each of those commands that it only reads."""
    with sync_redis.Redis.from_url(embedded_redis.admin_url) as admin:
        told = admin.execute_command("COMMAND", "INFO", *READS)
    flags = {name: facts["flags"] for name, facts in told.items()} if isinstance(told, dict) else {row[0]: row[2] for row in told}

    assert {str(name).lower() for name in READS} == {name.decode() if isinstance(name, bytes) else name for name in flags}
    assert all(b"readonly" in {flag if isinstance(flag, bytes) else flag.encode() for flag in found} for found in flags.values())
