"""The two questions after a talk: an answer is counted, once a visit, and nothing of it is kept beside the count.

Not with the talk: who answers should be free to say that it did not help, and the one who writes up should not read who said so.
"""

from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from server import metrics
from server.door.guard import origin_allowed
from server.house import House
from server.session.tokens import TokenError
from server.wire.frames import Token


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer. The token says that somebody was here, and nothing more is done with it."""

    token: Token
    question: Literal["helped", "again"]
    answer: Literal["yes", "some", "no"]


def routes(house: House) -> list[BaseRoute]:
    """Return the route that takes answers."""

    async def take(request: Request) -> Response:
        """`POST /answers`: 204 also for what was counted before; what is no answer of a visit is refused."""
        if not origin_allowed(request.headers.raw, [house.settings.chat_origin]):
            return PlainTextResponse("Forbidden", 403)
        try:
            given = msgspec.json.decode(await request.body(), type=Answer)
            house.tokens.conversation(given.token)
        except (msgspec.DecodeError, TokenError):
            return PlainTextResponse("Not an answer", 400)
        if await house.visits.answers_first(given.token, given.question):
            metrics.ANSWERS.labels(given.question, given.answer).inc()
        return Response(status_code=204)

    return [Route("/answers", take, methods=["POST"])]
