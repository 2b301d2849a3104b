"""`python -m server run`: everything on this machine, to try the chat out. `make run` builds first and then calls this."""

import contextlib
import fcntl
import http.client
import json
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from server import embedded, keyfiles
from server.children import Child, Children
from server.settings import ROOT, SettingsError, data_folder, read_settings
from server.staff import people
from server.staff.roles import Role

WORKERS = 2
READY_SECONDS = 30
STORE_SECONDS = 5
"""So long a store of somebody else's (`REDIS_URL`) may take to answer the workers."""
PEOPLE: Mapping[str, tuple[Role, ...]] = {"Kari": ("counsellor",), "Ola": ("counsellor",), "Lea": ("counsellor", "shift_lead")}
"""Demo staff: two counsellors, and a shift lead. Each start gives them new passwords."""
LOOK = 0.1


class RunError(Exception):
    """Something that is needed did not start."""


class Stop:
    """Somebody wants it to end: once politely, twice at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Listen for Ctrl-C, for a polite kill, for a terminal that closes and for a `make` that is gone."""
        self._signals = 0
        self._parent = os.getppid() if "MAKELEVEL" in environ else None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    @property
    def asked(self) -> int:
        """How often it was asked for."""
        return self._signals or int(self._parent not in {None, os.getppid()})

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Start everything, keep it running, end everything. Raises SettingsError, EmbeddedError and RunError."""
    if argv:
        raise RunError(f"run: expected no arguments, got {' '.join(argv)}")
    stop = Stop(environ)
    data = data_folder(environ).resolve()
    keyfiles.ensure(data)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_alone(data))
        chat = stack.enter_context(_listen("ALARM_PORT", port_of(environ, "ALARM_PORT", 8116)))
        demo = stack.enter_context(_listen("ALARM_DEMO_PORT", port_of(environ, "ALARM_DEMO_PORT", 8117)))
        log = _fresh(data / "run.log")
        store = Children(_tell)
        url = environ.get("REDIS_URL") or stack.enter_context(_embedded(store, data, log, stop))
        ready = complete(environ, data, url, chat, demo)
        _refuse_what_cannot_work(ready)
        children = Children(_tell)
        stack.callback(_end, children, stop)
        _start(children, ready, log, chat, demo)
        is_open = _wait_until_ready(children, chat, stop)
        if not stop.asked:
            _welcome(data, ready, environ, demo, is_open=is_open)
        while not stop.asked:
            store.look()
            children.look()
            time.sleep(LOOK)
    return 0


def port_of(environ: Mapping[str, str], name: str, default: int) -> int:
    """Return a port from the environment; 0 is any free one. Raises SettingsError."""
    value = environ.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or int(value) > 65535:  # noqa: PLR2004 - the last port
        raise SettingsError(name, "a port from 0 to 65535", repr(value))
    return int(value)


def complete(environ: Mapping[str, str], data: Path, url: str, chat: socket.socket, demo: socket.socket) -> dict[str, str]:
    """Return the environment of every process: what was given, and for the rest this machine."""
    here, host = chat.getsockname()[1], demo.getsockname()[1]
    given = {name: value for name, value in environ.items() if value or not name.startswith("ALARM_")}
    defaults = {
        "ALARM_CHAT_ORIGIN": f"http://127.0.0.1:{here}",
        "ALARM_STAFF_ORIGIN": f"http://127.0.0.1:{here}",
        "ALARM_HOST_ORIGINS": f"http://127.0.0.1:{host} http://localhost:{host} http://127.0.0.1:{here}",  # the last: the style page
    }
    return defaults | given | {"REDIS_URL": url, "ALARM_DATA": str(data), "PYTHONPATH": str(ROOT)}


@contextlib.contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Hold the data folder: two embedded servers over one set of files would ruin it. Raises RunError."""
    with (data / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunError(f"{data}: expected a data folder of its own, got one that another start uses (ALARM_DATA)") from error
        yield


@contextlib.contextmanager
def _listen(name: str, port: int) -> Iterator[socket.socket]:
    """Listen on a port of this machine; held here, so that connections wait while a worker restarts. Raises RunError."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise RunError(f"{name}: expected a free port, got {port}, which is taken or not allowed; set {name} to another") from error
        listener.listen(1024)
        yield listener


@contextlib.contextmanager
def _embedded(store: Children, data: Path, log: Path, stop: Stop) -> Iterator[str]:
    """Run the embedded server; its password is made once and kept beside its files."""
    folder = data / "redis"
    folder.mkdir(mode=0o700, exist_ok=True)
    secret = folder / "password"
    if not secret.exists():
        keyfiles.write_private(secret, secrets.token_hex(32).encode())
    server = embedded.plan(folder, password=secret.read_text("ascii"))
    child = Child("The embedded store", server.command, {}, log)
    try:
        with _step(child.name):
            store.start(child)
            embedded.wait_until_ready(server, lambda: child.exit_code() is None)
        yield server.url
    finally:
        store.stop(lambda: stop.asked > 1)
        embedded.clear(server)


def _fresh(log: Path) -> Path:
    """Return the path of a log that is empty, and its owner's alone."""
    log.unlink(missing_ok=True)
    log.touch(0o600)
    return log


def _refuse_what_cannot_work(environ: Mapping[str, str]) -> None:
    """Say what is wrong before anything is started. Raises SettingsError and RunError."""
    settings = read_settings(environ)
    if not settings.built.is_dir():
        raise RunError(f"{settings.built}: expected the built browser files, got none (make build)")


def _start(children: Children, environ: Mapping[str, str], log: Path, chat: socket.socket, demo: socket.socket) -> None:
    def command(*words: str) -> list[str]:
        return [sys.executable, "-m", *words]

    for number in range(1, WORKERS + 1):
        serve = command("server", "serve", "--fd", str(chat.fileno()))
        own = environ if number == 1 else {**environ, "ALARM_OPS": ""}  # a place to listen at is one worker's own
        children.start(Child(f"Web worker {number}", serve, own, log, [chat.fileno()]))
    children.start(Child("The registrar", command("server", "registrar"), environ, log))
    page = command("server.demo", str(demo.fileno()))
    children.start(Child("The demo page", page, environ, log, [demo.fileno()]))


def _wait_until_ready(children: Children, chat: socket.socket, stop: Stop) -> bool:
    """Wait until a worker answers that its store is there; return whether the chat is open. Raises RunError when something ends instead."""
    deadline = time.monotonic() + READY_SECONDS
    alone_since = None
    with _step("Web workers, registrar and demo page") as still:
        while not stop.asked:
            for child in children.members:
                if (code := child.exit_code()) is not None:
                    raise RunError(f"{child.name} ended ({code}): {_last_line(child.log)}")
            facts = health(chat.getsockname()[1])
            if facts is not None and facts.get("store") == "here":
                return bool(facts.get("open"))
            alone_since = None if facts is None else alone_since or time.monotonic()
            if alone_since is not None and time.monotonic() > alone_since + STORE_SECONDS:
                raise RunError(f"REDIS_URL: expected a store that answers and lets us in, got none within {STORE_SECONDS} s")
            if time.monotonic() > deadline:
                raise RunError(f"no web worker answered within {READY_SECONDS} s; see {children.members[0].log}")
            still()
            time.sleep(LOOK)
    return False


def health(port: int) -> dict[str, object] | None:
    """Return the facts that a worker tells of itself (`store`: here or lost), or None when none answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        return dict(json.loads(answer.read()))
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").splitlines()
    return lines[-1] if lines else "it said nothing"


@contextlib.contextmanager
def _step(name: str) -> "Iterator[_Still]":
    """Say what is being done, with a dot for every two seconds, and how long it took."""
    print(f"{name} ...", end="", flush=True)
    still = _Still()
    yield still
    print(f" {time.monotonic() - still.since:.1f} s", flush=True)


class _Still:
    """A step that goes on."""

    def __init__(self) -> None:
        self.since = self.said = time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self.said > 2:  # noqa: PLR2004 - seconds
            self.said = time.monotonic()
            print(".", end="", flush=True)


def _welcome(data: Path, ready: Mapping[str, str], environ: Mapping[str, str], demo: socket.socket, *, is_open: bool) -> None:
    passwords = {name: people.add(data / "staff.json", name, roles=roles) for name, roles in PEOPLE.items()}
    python = _short(Path(sys.executable))
    prefix = f"ALARM_DATA={environ['ALARM_DATA']} " if environ.get("ALARM_DATA") else ""
    print(f"\n  Page for a child          http://127.0.0.1:{demo.getsockname()[1]}/")
    print(f"  Page for counsellors      {ready['ALARM_STAFF_ORIGIN']}/staff")
    for name, password in passwords.items():
        print(f"    {name:<10} {password}{'   (shift lead)' if 'shift_lead' in PEOPLE[name] else ''}")
    print(f"  Read the journal          {prefix}{python} -m server journal list")
    print(f"                            {prefix}{python} -m server journal show ID")
    print(f"  Log                       {_short(data / 'run.log')}\n")
    if environ.get("ALARM_OPEN") == "always":
        print("  Always open: the opening hours are not looked at, and the page says so.")
    elif not is_open:
        print("  The chat is closed now, by its opening hours. To try it out: make run OPEN=always")
    print("  Ctrl-C ends everything.\n", flush=True)


def _short(path: Path) -> str:
    """Return how to write a path from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _tell(line: str) -> None:
    print(f"  {line}", flush=True)


def _end(children: Children, stop: Stop) -> None:
    print("Ending ...", flush=True)
    children.stop(lambda: stop.asked > 1)
