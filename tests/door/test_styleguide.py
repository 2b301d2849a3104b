"""The style page is for those who work on the chat, and for nobody else."""

from pathlib import Path

import pytest
from starlette.routing import Route

from server import keyfiles
from server.app import create
from server.settings import read_settings
from tests.door.test_guard import CHAT
from tests.environ import ORIGIN, worker_environ


def paths(data: Path, origin: str) -> set[str]:
    """Return every path that a worker answers on this origin."""
    keyfiles.ensure(data)
    app = create(read_settings(worker_environ("unix:///nowhere", data, origin=origin)))
    return {route.path for route in app.routes if isinstance(route, Route)}


@pytest.mark.parametrize(("origin", "shown"), [(ORIGIN, {"/styleguide", "/styleguide/state"}), (CHAT, set())])
async def test_there_is_a_style_page_on_ones_own_machine_and_on_no_real_origin(tmp_path: Path, origin: str, shown: set[str]) -> None:
    """A real origin is always https."""
    found = paths(tmp_path, origin)

    assert {path for path in found if "style" in path} == shown
    assert "/w" in found
