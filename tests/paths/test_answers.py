"""The two questions after a talk: counted once a visit, never kept with anything, and only for who was here."""

import json
import urllib.error
import urllib.request

import pytest

from server import keys
from tests.paths.conftest import Service
from tests.people import Child, gone_after


def answer(service: Service, body: object, origin: str | None = None) -> int:
    """Send an answer as a browser does; return the status."""
    headers = {"Origin": origin or service.origin, "Content-Type": "text/plain;charset=UTF-8"}
    request = urllib.request.Request(f"http://127.0.0.1:{service.ports[0]}/answers", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310 - loopback
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code


async def token_of(service: Service) -> str:
    """Return the token of a visit that was here."""
    child = Child(service.place(0))
    async with gone_after(child):
        await child.arrives()
    assert child.token is not None
    return child.token


def of_the_young(service: Service) -> set[str]:
    """Return the keys of the store but those that the workers have for themselves, which come and go as they like."""
    return {key for key in service.stored() if key != keys.KEEPER and not key.endswith(":inbox")}


async def test_an_answer_is_taken_and_what_it_was_is_not_kept(service: Service) -> None:
    """204, twice too; the store holds that there was an answer, and neither which nor whose."""
    token = await token_of(service)
    given = {"token": token, "question": "helped", "answer": "some"}
    before = of_the_young(service)
    assert answer(service, given) == 204
    left = of_the_young(service) - before
    assert answer(service, given | {"answer": "no"}) == 204

    assert len(left) == 1
    assert left == of_the_young(service) - before
    assert not any(word in key for key in left for word in (token, "helped", "some"))


@pytest.mark.parametrize(
    "change",
    [{"token": "x" * 40}, {"question": "name"}, {"answer": "hello"}, {"more": "1"}, {"token": None}],
    ids=lambda change: str(*change),
)
async def test_what_is_no_answer_of_a_visit_is_refused(service: Service, change: dict[str, object]) -> None:
    """A token of nobody, another question, words of one's own: 400."""
    assert answer(service, {"token": await token_of(service), "question": "again", "answer": "yes"} | change) == 400


async def test_another_page_may_not_answer(service: Service) -> None:
    """Only the chat's own page."""
    given = {"token": await token_of(service), "question": "again", "answer": "yes"}
    assert answer(service, given, "https://elsewhere.example") == 403
