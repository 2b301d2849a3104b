"""What the dashboard is given beside its socket: the facts of its page, quick replies, the list of municipalities."""

import asyncio
import csv
from collections.abc import Mapping
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.door.guard import form_of
from server.door.staff_gate import account_of
from server.door.staff_views import Views
from server.helpline import Helpline
from server.house import House
from server.replies import MOST_BYTES, OwnReplies, parse_own
from server.settings import ROOT
from server.staff.roles import LEAD, may
from server.training import as_json
from server.words import Tongue

MUNICIPALITIES = ROOT / "config" / "data" / "kommuner.csv"


class Municipality(msgspec.Struct, frozen=True):
    """One municipality as the search shows it."""

    number: str
    name: str
    official: str
    county: str


def read_municipalities(path: Path = MUNICIPALITIES) -> list[Municipality]:
    """Return the real list, as it is in the file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Municipality(row["kommunenummer"], row["navn"], row["navn_offisielt"], row["fylke"]) for row in csv.DictReader(file)]


class DeskPages:
    """The dashboard and what it fetches, over one house."""

    def __init__(self, house: House, views: Views) -> None:
        """Read the municipalities and the words of the numbers once. Raises WordingError."""
        self.house, self.views = house, views
        self.list = msgspec.json.encode(read_municipalities())
        self.own = OwnReplies(house.settings.own_replies)
        self.tongues = house.tongues

    async def dashboard(self, request: Request) -> Response:
        """`GET`: the dashboard."""
        tongue, helpline, account = self.views.tongue(request), self.house.helpline, account_of(request)
        page = {
            "words": dict(tongue.staff),
            "language": tongue.code,
            "tongues": [{"code": each.code, "name": each.name} for each in self.views.tongues.values()],
            "zone": helpline.timezone,
            "owner": account.id,
            "lead": may(account.roles, LEAD),
            "alias": account.alias,
            "room": helpline.room,
            "ring": helpline.offer_seconds,
            "second": helpline.second_signature,
            "hidden": helpline.next_hidden,
            "late": helpline.registration_minutes,
            "default_language": helpline.default_language,
            **self.phrases(),
            "own": [msgspec.to_builtins(reply) for reply in await asyncio.to_thread(self.own.of, account.id)],
            "training": self.views.built["training.js"].address if self.house.settings.training.stories else "",
            "lines": {
                "emergency": [msgspec.to_builtins(one) for one in self.house.settings.emergency],
                "onCall": [msgspec.to_builtins(one) for one in self.house.settings.on_call],
            },
        }
        return self.views.page("dashboard.html", request, page=page, script="staff.js")

    def phrases(self) -> dict[str, object]:
        """Return what changes when the shift lead changes it: the helpline's replies, and the numbers."""
        told = self.house.house_rules.now()
        return {
            "changed": len(self.house.house_rules.entries),
            "replies": [msgspec.to_builtins(reply) for reply in told.replies],
            "numbers": numbers_of(told.helpline, self.tongues),
        }

    async def fresh_phrases(self, _: Request) -> JSONResponse:
        """`GET`: the helpline's replies and the numbers as they are now."""
        return JSONResponse(self.phrases())

    async def replies(self, request: Request) -> Response:
        """`POST`: keep these replies (`replies`, a JSON list) as her own, instead of those before."""
        given = (await form_of(request)).get("replies", "") if len(await request.body()) <= MOST_BYTES else ""
        try:
            kept = parse_own(given)
            await asyncio.to_thread(self.own.keep, account_of(request).id, kept)
        except msgspec.MsgspecError:
            return JSONResponse({"why": "not replies"}, 400)
        except OSError:
            return JSONResponse({"why": "not now"}, 503)
        return JSONResponse({"kept": len(kept)})

    async def training(self, _: Request) -> Response:
        """`GET`: the stories of practice children. What is done with them stays in the browser."""
        return Response(as_json(self.house.settings.training), media_type="application/json")

    async def municipalities(self, _: Request) -> Response:
        """`GET`: the list of 357."""
        return Response(self.list, media_type="application/json")


def numbers_of(helpline: Helpline, tongues: Mapping[str, Tongue]) -> list[dict[str, object]]:
    """Return the numbers that a child may need, each named in every language that is offered: those that the helpline shows itself."""
    found = {one.tel: one for one in (*helpline.numbers, *helpline.other_help)}
    return [
        {"number": one.number, "tel": one.tel, "names": {code: tongue.child[one.label] for code, tongue in tongues.items()}}
        for one in found.values()
    ]
