"""What is compared: a stack is started, given people, and spoken to in its own dialect."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from bench.race.machine import SERVERS, Machine, Running, free_port
from bench.race.plan import Plan
from bench.race.store import Store


class Stack(ABC):
    """One product with its web workers, on a store."""

    name: str
    title: str
    logs = ""
    """The pattern of the keys of its logs; empty: it keeps them in a way of its own."""
    tells_late = False
    """Live delivery is a hint here: what is in the log and was not told is asked for by the browser."""

    def __init__(self, machine: Machine, store: Store, workers: int = 2, cores: Sequence[int] = tuple(SERVERS)) -> None:
        """Nothing runs before `start`."""
        self.machine, self.store, self.cores = machine, store, cores
        self.ports = [free_port() for _ in range(workers)]
        self.workers: dict[int, Running] = {}

    def start(self) -> None:
        """Start every worker, and wait until each listens."""
        self.prepare()
        for at, port in enumerate(self.ports):
            self.workers[port] = self.begin(at, port)
        for port, running in self.workers.items():
            self.machine.wait_for_port(running, port)

    def kill(self) -> None:
        """`kill -9` every worker."""
        for running in self.workers.values():
            running.kill()
            self.machine.started.remove(running)
        self.workers.clear()

    def again(self) -> None:
        """Start every worker that was killed; who comes back knocks until it listens."""
        for at, port in enumerate(self.ports):
            self.workers[port] = self.begin(at, port)

    def entries(self) -> int | None:
        """Return how many entries all its logs have together; None: it is not known."""
        if not self.logs or not self.store.admin_url:
            return None
        with self.store.admin() as admin:
            return sum(int(admin.xlen(key)) for key in admin.scan_iter(self.logs, count=1_000))

    def here(self, at: int) -> int:
        """Return the port where the first of pair `at` is; half of them at each end."""
        return self.ports[at % len(self.ports)]

    def there(self, at: int) -> int:
        """Return the port where the second of pair `at` is: another worker's, where there is another."""
        return self.ports[(at + 1) % len(self.ports)]

    def prepare(self) -> None:  # noqa: B027 - most need nothing
        """Make what the workers need before they start."""

    @abstractmethod
    def begin(self, at: int, port: int) -> Running:
        """Start worker `at` on a port; return at once."""

    @abstractmethod
    def pairs(self, count: int, room: int = 1) -> Plan:
        """Return so many pairs, ready to talk: the two of each at different workers. `room`: talks that the second has at once."""

    @abstractmethod
    def idle(self, count: int) -> Plan:
        """Return so many people who are there, each with a talk of three entries of which the last is still lacking when it comes."""

    @classmethod
    @abstractmethod
    def versions(cls) -> str:
        """Return what it is made of, with versions."""
