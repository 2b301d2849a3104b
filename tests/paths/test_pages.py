"""The child's pages as real workers serve them."""

import gzip
import hashlib
import html
import json
import re
import urllib.error
import urllib.request
from base64 import b64encode
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import brotli
import httpx
import pytest
import redis

from server import keyfiles, keys
from server.helpline import read_helpline
from tests.paths.conftest import Service


def get(service: Service, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    """Ask a worker for a page."""
    request = urllib.request.Request(f"http://127.0.0.1:{service.ports[0]}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            return answer, answer.read()
    except urllib.error.HTTPError as error:
        return error, error.read()  # type: ignore[return-value]


def told(page: str) -> dict[str, Any]:
    """Return what the page tells its script."""
    found = re.search(r'<script type="application/json" id="page">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return dict(json.loads(html.unescape(found[1])))


@pytest.mark.parametrize(
    ("wish", "language", "words"), [("", "nb", "Gå ut fort"), ("en", "en", "Leave quickly"), ("nn-NO", "nn", "Er det farleg no?")]
)
def test_the_frame_speaks_the_browsers_language(service: Service, wish: str, language: str, words: str) -> None:
    """By Accept-Language; the address carries nothing."""
    answer, body = get(service, "/w", **{"Accept-Language": wish})
    page = body.decode()

    assert f'<html lang="{language}">' in page
    assert words in page
    assert "accept-language" in answer.headers["vary"]
    assert [code for code, _ in told(page)["languages"]] == ["nb", "nn", "en", "nb-easy"]


def test_S4_the_frame_works_without_a_script(service: Service) -> None:
    """Whom to ring as links that dial, and the way out as a plain link for the whole tab."""
    page = get(service, "/w")[1].decode()

    assert re.findall(r'href="tel:(\d+)"', page)[:4] == ["112", "113", "116117", "116111"]
    assert '<a id="exit" class="exit" href="https://www.yr.no/" target="_top" rel="noreferrer nofollow">' in page
    assert page.index('id="exit"') < page.index("<main")
    assert "Åpningstida er slått av." in page.partition('id="page"')[0], "always open, and it says so"


def test_S4_the_frame_is_neutral_to_those_who_look_over_a_shoulder(service: Service) -> None:
    """Title and icon tell nothing."""
    page = get(service, "/w")[1].decode()

    assert "<title>Side</title>" in page
    assert not re.search(r"<title>.*(alarm|barn|hjelp).*</title>", page, re.IGNORECASE)


def test_the_page_tells_facts_of_the_helpline_and_none_of_the_visitor(service: Service) -> None:
    """The registrar's public key is in it; two visitors get the same page."""
    first, second = get(service, "/w")[1], get(service, "/w", **{"User-Agent": "another"})[1]

    assert first == second
    assert told(first.decode())["registrar_key"] == b64encode(keyfiles.read_p256_public(service.data / "registrar.pub")).decode()


def test_C3_files_are_what_the_page_says_they_are(service: Service) -> None:
    """Each has the integrity that is written in the page, packed or not, and none is kept (S9)."""
    page = get(service, "/w")[1].decode()
    files = re.findall(r'(?:src|href)="(/static/[^"]+)" integrity="sha256-([^"]+)"', page)

    assert len(files) == 2
    for path, integrity in files:
        answer, plain = get(service, path)
        packed_answer, packed = get(service, path, **{"Accept-Encoding": "gzip"})
        assert b64encode(hashlib.sha256(plain).digest()).decode() == integrity
        assert gzip.decompress(packed) == plain
        assert packed_answer.headers["content-encoding"] == "gzip"
        assert answer.headers["cache-control"] == "no-store"
        assert get(service, path, **{"Accept-Encoding": "br"})[0].headers["content-encoding"] == "br"


def test_what_a_child_must_load_is_small(service: Service) -> None:
    """Page, style and script together travel in at most 30 kB, and the loader in at most 2 kB, words and all."""
    answer, page = get(service, "/w", **{"Accept-Encoding": "gzip, br"})
    assert answer.headers["content-encoding"] == "br"
    assert brotli.decompress(page) == gzip.decompress(get(service, "/w", **{"Accept-Encoding": "gzip"})[1]) == get(service, "/w")[1]
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', brotli.decompress(page).decode())
    total = len(page) + sum(len(get(service, path, **{"Accept-Encoding": "gzip, br"})[1]) for path in files)

    assert total <= 30_000
    assert len(get(service, "/loader.js", **{"Accept-Encoding": "gzip, br"})[1]) <= 2_000


def test_only_built_files_are_served(service: Service) -> None:
    """No path leads out of the folder, and the manifest is not among them."""
    for path in ("/static/manifest.json", "/static/..%2f..%2fpyproject.toml", "/static/%2e%2e/x", "/static/", "/static/widget.js"):
        assert get(service, path)[0].status == 404


def test_the_loader_knows_where_it_comes_from(service: Service) -> None:
    """This chat's origin and the words of the button in each language; it can be used on any page."""
    answer, body = get(service, "/loader.js")

    assert service.origin in body.decode()
    assert "Snakk med oss" in body.decode()
    assert "Talk to us" in body.decode()
    assert "%FACTS%" not in body.decode()
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_words_come_in_each_offered_language_and_in_no_other(service: Service) -> None:
    """Sami is not offered before a native speaker has read it."""
    assert json.loads(get(service, "/words/nn.json")[1])["exit"] == "Gå ut fort"
    for code in ("se", "xx", "..%2fnb"):
        assert get(service, f"/words/{code}.json")[0].status == 404


def test_anybody_may_ask_whether_it_is_open(service: Service) -> None:
    """From any page, without a key; kept for half a minute, the same for all, nothing of anybody in it."""
    first, body = get(service, "/status.json", Origin="https://anybody.example.org")
    _, again = get(service, "/status.json", **{"User-Agent": "another", "Cookie": "a=b", "Accept-Language": "en"})
    told_ = json.loads(body)

    assert body == again
    assert (told_["state"], told_["closes_at"], told_["opens_at"]) == ("open", None, None)
    assert told_["text"] == {"nb": "Chatten er åpen nå.", "nn": "Chatten er open no.", "en": "The chat is open now."}
    assert first.headers["cache-control"] == "public, max-age=30"
    assert first.headers["access-control-allow-origin"] == "*"
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "set-cookie" not in first.headers


def test_nothing_else_may_be_read_by_other_pages(service: Service) -> None:
    """The status is the only answer that another origin's script may read."""
    for path in ("/", "/w", "/words/nb.json", "/health", "/loader.js", "/staff/sign-in"):
        assert get(service, path, Origin="https://anybody.example.org")[0].headers["access-control-allow-origin"] is None


def test_a_full_line_is_told_as_full(service: Service) -> None:
    """As many wait as may: the state says so, with the words that a child would read."""
    with redis.Redis.from_url(service.redis.admin_url) as admin:
        admin.zadd(keys.LINE, {f"somebody {n}": n for n in range(service_cap(service))})
        admin.expire(keys.LINE, 60)
        told_ = json.loads(get(service, "/status.json")[1])

    assert told_["state"] == "full"
    assert told_["text"]["nb"].startswith("Veldig mange vil snakke nå, og køen er full.")


def service_cap(service: Service) -> int:
    """Return how many may wait."""
    return read_helpline(Path(service.extra["ALARM_CONFIG"])).line_cap


def test_the_chat_has_an_address_of_its_own(service: Service) -> None:
    """For a page that cannot embed it: the same page, whole, and nothing in the address."""
    answer, body = get(service, "/")

    assert answer.url.endswith("/w")
    assert b"child-chat" in body


def test_S9_the_end_of_a_visit_clears_what_is_kept(service: Service) -> None:
    """A page of somebody else's clears nothing; what counsellors keep at the same origin stays."""
    address = f"http://127.0.0.1:{service.ports[0]}/w/gone"
    ours = httpx.post(address, headers={"Origin": service.origin})

    assert (ours.status_code, ours.headers["clear-site-data"]) == (204, '"cache"')
    assert httpx.post(address, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert httpx.post(address).status_code == 403
