"""Who was shut out, as staff see it: when, by whom, until when and why, and never who that was. As JSON, for the dashboard.

Rules of this file:

1. Everybody at a desk sees the list: somebody else than who asks must be able to agree to a longer block.
2. The store decides whether two accounts are two (`server/flood/longer.lua`). A shift lead may lift each, and who made one her own.
"""

from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.door.staff_gate import account_of
from server.flood.blocks import What
from server.house import House
from server.staff import directory
from server.staff.chain import Deed, Deeds
from server.staff.roles import LEAD, may
from server.wire.frames import Id

DEEDS: dict[str, Deed] = {"asked": "block_asked", "agreed": "block_agreed", "no": "block_refused", "lifted": "block_lifted"}


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody wants to be done with a block."""

    block: Id
    what: What | Literal["lift"]


class BlockPages:
    """The blocks over one house."""

    def __init__(self, house: House) -> None:
        """Nothing is read before somebody comes."""
        self.house = house

    async def standing(self, request: Request) -> Response:
        """`GET`: the blocks that stand, the newest first."""
        now, me = self.house.clock(), account_of(request)
        await self.house.blocks.look(now)
        names = {account.id: account.name for account in directory.read(self.house.settings.staff_file).accounts}
        rows = [
            {
                "block": name,
                "by": names.get(block.by, ""),
                "at": block.at,
                "until": block.until,
                "why": block.why,
                "asked": names.get(block.asked, ""),
                "second": names.get(block.second, ""),
                "own": block.asked == me.id,
                "may_lift": block.by == me.id or may(me.roles, LEAD),
            }
            for name, block in sorted(self.house.blocks.standing.items(), key=lambda one: -one[1].at)
        ]
        return JSONResponse({"able": self.house.blocks.able, "now": now, "blocks": rows})

    async def change(self, request: Request) -> Response:
        """`POST`: ask for a week, agree to it, say no, or lift. The auditor is told of what was done."""
        try:
            wish = msgspec.json.decode(await request.body(), type=Wish)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return JSONResponse({"why": "not a block"}, 400)
        me, now = account_of(request), self.house.clock()
        await self.house.blocks.look(now)
        block = self.house.blocks.standing.get(wish.block)
        if block is None:
            return JSONResponse({"answer": "gone"}, 409)
        if wish.what != "lift":
            answer = str(await self.house.blocks.longer(wish.block, me.id, wish.what, now))
        elif block.by == me.id or may(me.roles, LEAD):
            answer = "lifted" if await self.house.blocks.lift(wish.block) else "gone"
        else:
            answer = "not_yours"
        if answer not in DEEDS:
            return JSONResponse({"answer": answer}, 409)
        await self.house.audit.note(Deeds(DEEDS[answer], who=me.id, whom=block.by, why=wish.block[:8]))
        await self.house.blocks.look(now)
        return JSONResponse({"answer": answer})
