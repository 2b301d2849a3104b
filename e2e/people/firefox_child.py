"""A young person with Firefox and a profile on the disk, driven over WebDriver BiDi: its own door for drivers."""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

FIREFOX = "/usr/bin/firefox-esr"
PATIENCE = 40
SETTINGS = {"intl.accept_languages": '"nb-NO, nb"', "remote.prefs.recommended": "false"}
"""What is set: the language, and that nothing else differs from a person's own browser because a driver is there."""
BY_NAME = """(name) => {
  const inside = ({shadowRoot}) => (shadowRoot ? named(shadowRoot) : []);
  const named = (root) => [...root.querySelectorAll("button, a"), ...[...root.querySelectorAll("*")].flatMap(inside)];
  const found = named(document).find(({textContent}) => textContent.trim() === name);
  found?.click();
  return found !== undefined;
}"""
SEES = "(text) => document.body.innerText.includes(text)"
FOCUS = "() => { const box = document.querySelector('textarea'); box?.focus(); return box !== null && document.activeElement === box }"


class FirefoxChild:
    """Keep this class as small as a person's eyes and fingers."""

    def __init__(self, process: "subprocess.Popen[str]", socket: ClientConnection) -> None:
        """With a browser of its own."""
        self.process, self.socket = process, socket
        self.number = 0
        self.said("session.new", capabilities={})
        self.tab = self.said("browsingContext.getTree")["contexts"][0]["context"]
        self.frame = self.tab

    def said(self, method: str, **words: object) -> dict[str, Any]:
        """Say a command to the browser and return its answer; a page that shall stand in for one elsewhere is given meanwhile."""
        self.number += 1
        number = self.number
        self.socket.send(json.dumps({"id": number, "method": method, "params": words}))
        while True:
            answer = json.loads(self.socket.recv(PATIENCE))
            if answer.get("method") == "network.beforeRequestSent" and answer["params"]["isBlocked"]:
                self._stands_in(answer["params"]["request"]["request"])
            if answer.get("id") == number:
                assert answer["type"] == "success", answer
                return dict(answer["result"])

    def _stands_in(self, request: str) -> None:
        self.number += 1
        page = {"type": "string", "value": "<title>weather</title>"}
        words = {"request": request, "statusCode": 200, "reasonPhrase": "OK", "body": page}
        self.socket.send(json.dumps({"id": self.number, "method": "network.provideResponse", "params": words}))

    def stands_in_for(self, host: str) -> None:
        """From now on a page of ours stands in for this host."""
        self.said("session.subscribe", events=["network.beforeRequestSent"])
        self.said("network.addIntercept", phases=["beforeRequestSent"], urlPatterns=[{"type": "pattern", "hostname": host}])

    def does(self, function: str, *words: str, where: str | None = None) -> Any:  # noqa: ANN401 - whatever the page returned
        """Call a function in the chat's frame."""
        given = [{"type": "string", "value": word} for word in words]
        target = {"context": where or self.frame}
        answer = self.said(
            "script.callFunction", functionDeclaration=function, arguments=given, target=target, awaitPromise=True, userActivation=True
        )
        assert answer["type"] == "success", answer
        return answer["result"].get("value")

    def until(self, found: Callable[[], object]) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + PATIENCE
        while not found():
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def comes_to(self, address: str) -> None:
        """Open the host's page, press the button, look into the frame."""
        self.said("browsingContext.navigate", context=self.tab, url=address, wait="complete")
        self.presses("Snakk med oss")
        self.until(self.frames)
        self.frame = self.frames()[0]

    def frames(self) -> list[str]:
        """Return the frames of the tab."""
        (tree,) = self.said("browsingContext.getTree", root=self.tab)["contexts"]
        return [one["context"] for one in tree["children"] if one["url"].endswith("/w")]

    def address(self) -> str:
        """Return what stands in the bar."""
        return str(self.said("browsingContext.getTree", root=self.tab)["contexts"][0]["url"])

    def presses(self, name: str) -> None:
        """Press what bears this name."""
        self.until(lambda: self.does(BY_NAME, name))

    def sees(self, text: str) -> None:
        """Wait until this can be read."""
        self.until(lambda: self.does(SEES, text))

    def types(self, text: str) -> None:
        """Write, key by key."""
        self.until(lambda: self.does(FOCUS))
        keys = [{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")]
        self.said("input.performActions", context=self.frame, actions=[{"type": "key", "id": "keyboard", "actions": keys}])

    def writes(self, text: str) -> None:
        """Write and send."""
        self.types(text + "\ue007")

    def closes(self) -> None:
        """Close the browser as a person does."""
        with suppress(ConnectionClosed):
            self.said("browser.close")
        self.process.wait(PATIENCE)


@contextmanager
def firefox(profile: Path) -> Iterator[FirefoxChild]:
    """A browser with this profile, ended at the end whatever happened to it."""
    profile.mkdir()
    (profile / "user.js").write_text("".join(f'user_pref("{name}", {value});\n' for name, value in SETTINGS.items()), "utf-8")
    command = [FIREFOX, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(profile.parent), "LANG": "nb_NO.UTF-8", "MOZ_DISABLE_CONTENT_SANDBOX": "1"}
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        try:
            told = (re.search(r"BiDi listening on (ws://\S+)", line) for line in process.stderr)
            address = next(found[1] for found in told if found)
            with connect(f"{address}/session", max_size=None) as socket:
                yield FirefoxChild(process, socket)
        finally:
            process.kill()
