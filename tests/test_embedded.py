"""The embedded server is durable and gives the chat's own user no more than it needs."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest
import redis as sync_redis
from redis.exceptions import NoPermissionError

from server import embedded
from server.link import Link


async def test_it_is_durable(redis: Link) -> None:
    """A write is on disk before it is answered."""
    assert {"appendfsync": "always"} == await redis.config_get("appendfsync")


@pytest.mark.parametrize("command", ["MONITOR", "KEYS *", "FLUSHALL", "CONFIG SET save 1"])
async def test_the_chats_user_cannot_look_at_everything(redis: Link, command: str) -> None:
    """No MONITOR, KEYS, FLUSHALL or CONFIG SET for the chat's own user."""
    with pytest.raises(NoPermissionError):
        await redis.execute_command(*command.split())


def test_it_starts_in_a_folder_with_a_long_path_and_with_spaces(tmp_path: Path) -> None:
    """A Unix socket's path is short and a clone's path need not be."""
    assert_it_starts(tmp_path / ("a long name " * 8).strip() / "redis")
    with TemporaryDirectory(prefix="a space ") as folder:
        assert_it_starts(Path(folder))


def assert_it_starts(folder: Path) -> None:
    """Start it, speak to it, and see that its socket is gone afterwards."""
    with embedded.running(folder, password="secret") as server:  # noqa: S106 - a test's own
        with sync_redis.Redis.from_url(server.url) as client:
            assert client.ping()
        assert (folder / "appendonlydir").is_dir()
    assert not server.socket.exists()


def test_it_does_not_outlive_the_one_who_started_it(tmp_path: Path) -> None:
    """Killed with -9, the one who started it takes it along."""
    text = f"""
from pathlib import Path
from tempfile import TemporaryDirectory
from server import embedded
print(embedded.start(Path({str(tmp_path)!r})).process.pid, flush=True)
input()
"""
    with subprocess.Popen([sys.executable, "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        server = psutil.Process(int(starter.stdout.readline()))
        starter.kill()

    psutil.wait_procs([server], timeout=30)
    assert not server.is_running()
