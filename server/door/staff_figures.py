"""The evening and the month in numbers, as they were published: for who leads a shift, the auditor and who administers.

Rules of this file:

1. Nothing is counted here. A worker has neither the journal nor its key; it hands on the one file that the registrar's side wrote.
2. The file is read through its shape, in which no number under five fits. One that does not fit is not shown at all.
"""

import asyncio
import re

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server import log
from server.door.staff_views import Views
from server.figures.published import Figures, parse
from server.figures.sheet import sheet
from server.house import House

MONTH = re.compile(r"\d{4}-\d{2}")


class Numbers:
    """The page, its data and the file for a spreadsheet, over one house."""

    def __init__(self, house: House, views: Views) -> None:
        """Nothing is read before somebody asks."""
        self.house, self.views = house, views

    async def page(self, request: Request) -> Response:
        """`GET`: the numbers for who has no desk; a lead has the same on her bar."""
        tongue = self.views.tongue(request)
        return self.views.page("figures.html", request, page={"words": dict(tongue.staff), "language": tongue.code}, script="figures.js")

    async def data(self, request: Request) -> Response:
        """`GET`: one month (`?month=2026-11`; else the newest) with its evenings, and which months there are."""
        figures = await self._read()
        if figures is None:
            return JSONResponse({"why": "not now"}, 503)
        months = sorted({one.evening[:7] for one in figures.evenings}, reverse=True)
        asked = asked_month(request) or next(iter(months), "")
        chosen = {
            "months": months,
            "chosen": asked,
            "month": next((one for one in figures.months if one.month == asked), None),
            "evenings": [one for one in figures.evenings if one.evening[:7] == asked],
        }
        return Response(msgspec.json.encode(chosen), media_type="application/json")

    async def csv(self, request: Request) -> Response:
        """`GET`: one month as CSV, in the browser's language."""
        figures, month = await self._read(), asked_month(request)
        if figures is None:
            return JSONResponse({"why": "not now"}, 503)
        if not month:
            return JSONResponse({"why": "no month"}, 400)
        text = sheet(figures, month, self.views.tongue(request).staff)
        headers = {"content-disposition": f'attachment; filename="{month}.csv"', "vary": "accept-language"}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    async def _read(self) -> Figures | None:
        """Return what was published, nothing yet included; None where the file cannot be read, which is told."""
        try:
            return parse(await asyncio.to_thread(self.house.settings.figures_file.read_bytes))
        except FileNotFoundError:
            return Figures()
        except (OSError, msgspec.MsgspecError) as error:
            log.event("figures_refused", error=type(error).__name__)
            return None


def asked_month(request: Request) -> str:
    """Return the month in the address, or "" where there is none that could be one."""
    asked = request.query_params.get("month", "")
    return asked if MONTH.fullmatch(asked) else ""
