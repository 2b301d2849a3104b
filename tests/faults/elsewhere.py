"""The stage on a store of several processes: behind Sentinel, or a Cluster of three masters, with a gate before each process."""

import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import redis as sync_redis
from redis.cluster import ClusterNode, RedisCluster

from server import keyfiles
from tests.faults import stores
from tests.faults.gates import Gates
from tests.faults.stage import WORKERS, Stage
from tests.paths.conftest import configured
from tests.ports import free_port

Kind = Literal["sentinel", "cluster"]


@dataclass
class Elsewhere(Stage):
    """Two workers and a registrar on several masters, or on one that may be replaced."""

    gates: Gates | None = None

    @property
    def store(self) -> stores.Store:
        """The store."""
        return cast("stores.Store", self.redis)

    def processes(self) -> dict[int, str]:
        """Return who runs now."""
        return {process.pid: name for name, process in self.running.items()}

    def part(self, *names: str) -> None:
        """Cut these processes off from all others."""
        assert self.gates is not None
        self.gates.part(*names)

    def mend(self) -> None:
        """One network again."""
        assert self.gates is not None
        self.gates.mend()

    @contextlib.contextmanager
    def admin(self) -> Iterator["sync_redis.Redis"]:
        """A client that may do everything, on the master or on all of them."""
        if self.store.kind == "sentinel":
            with self.store.admin(self.store.master_of()) as client:
                yield client
            return
        places: Any = [ClusterNode(stores.HOST, node.port) for node in self.store.nodes.values()]  # type: ignore[no-untyped-call]
        with RedisCluster(startup_nodes=places, socket_timeout=5) as all_of_them:
            yield cast("sync_redis.Redis", all_of_them)


@contextlib.asynccontextmanager
async def staged_on(kind: Kind, settings: Mapping[str, str] | None = None) -> AsyncIterator[Elsewhere]:
    """Run a service on such a store for the length of a `with` block.

    A master with two replicas and three sentinels, or three masters with two replicas each. A step waits for a replica, and a
    master that has none takes no writes.
    """
    with tempfile.TemporaryDirectory(prefix="alarm-") as folder, Gates() as gates:
        data = Path(folder) / "data"
        data.mkdir(0o700)
        keyfiles.ensure(data)
        config = configured(Path(folder), dict(settings or {}))
        store = stores.start_sentinel(gates=gates) if kind == "sentinel" else stores.start_cluster(replicas=2, least=1, gates=gates)
        stage = Elsewhere(data, cast("Any", store), (free_port(), free_port()), extra={"ALARM_CONFIG": str(config)}, gates=gates)
        gates.processes.append(stage.processes)
        try:
            await stage.comes(*WORKERS, "registrar")
            yield stage
        finally:
            stage.mend()
            stage.stop()
            store.stop()
