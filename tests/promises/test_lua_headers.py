"""Every Lua step says truly what it takes, what it gives back and what it needs, and leaves no key without an expiry."""

import re
from pathlib import Path

import pytest

import server
from server import keys
from server.link import Link
from server.scripts import Script

SERVER = Path(server.__file__).parent
PIECES = {path.stem: path.read_text("utf-8") for path in sorted((SERVER / "lua").glob("*.lua"))}
FILES = sorted(path for path in SERVER.rglob("*.lua") if path.parent.name != "lua")
MAKES = re.compile(r'redis\.call\("(?:APPEND|HINCRBY|HSET|HSETNX|INCR|LPUSH|RPUSH|SADD|SET|XADD|ZADD|ZINCRBY)", (\w+)')
"""A command that can make a key, and the local that names the key. What only takes away cannot leave one behind."""
GIVEN = re.compile(r"^local ([\w, ]+) = (.*\b(?:KEYS|ARGV)\b.*)$", re.MULTILINE)
ONE = re.compile(r"(?:tonumber\()?(KEYS|ARGV)\[(\d+)\]\)?")
FUNCTION = re.compile(r"^local function (\w+)\(.*?^end$", re.MULTILINE | re.DOTALL)

each_script = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")


def script_of(path: Path) -> Script:
    """Return the step in this file."""
    return Script(path.parent.name, path.stem)


def code_of(text: str) -> str:
    """Return Lua without its comments."""
    return re.sub(r"--.*", "", text)


def names_given(text: str, kind: str) -> list[str]:
    """Return the locals that are given to KEYS or ARGV, in the order of their numbers."""
    found: dict[int, str] = {}
    for locals_, values in GIVEN.findall(code_of(text)):
        names = locals_.split(", ")
        if values == f"unpack({kind})":
            found |= dict(enumerate(names, 1))
        for name, value in zip(names, values.split(", "), strict=False):
            one = ONE.fullmatch(value)
            if one and one[1] == kind:
                found[int(one[2])] = name
    return [found[number] for number in sorted(found)]


def makers(text: str) -> dict[str, set[str]]:
    """Return the functions in this Lua that can make a key, with the locals that name those keys."""
    bodies = {found[1]: found[0] for found in FUNCTION.finditer(code_of(text))}
    made: dict[str, set[str]] = {}
    for name, body in bodies.items():
        calls = [keys_made for other, keys_made in made.items() if re.search(rf"\b{other}\(", body.partition("\n")[2])]
        direct = set(MAKES.findall(body))
        if direct or calls:
            made[name] = direct.union(*calls)
    return made


def keys_made_by(script: Script) -> set[str]:
    """Return the locals of the keys that a step can make, itself or by a shared piece that it calls."""
    shared = makers("\n".join(PIECES[piece] for piece in script.uses))
    own = code_of(script.source)
    return set(MAKES.findall(own)).union(*(made for name, made in shared.items() if re.search(rf"\b{name}\(", own)))


def test_there_are_steps() -> None:
    """The tests below look at something: each room with a store has its steps."""
    assert {path.parent.name for path in FILES} >= {"session", "waiting", "pairing", "conversation", "handoff", "staff"}
    assert len(FILES) > 30


@each_script
def test_the_header_is_complete(path: Path) -> None:
    """It begins with its own name and purpose, and says what it returns."""
    lines = path.read_text("utf-8").splitlines()

    assert re.fullmatch(rf"-- {path.stem}: \S.+", lines[0])
    assert lines[1].startswith("-- KEYS")
    assert lines[2].startswith("-- ARGV")
    assert re.fullmatch(r"-- RETURNS \S.*", lines[3])
    assert any(line.strip().startswith("return ") for line in lines)


@each_script
def test_the_names_in_the_header_are_those_of_the_locals(path: Path) -> None:
    """KEYS and ARGV are renamed to the very words of the header, in its order, all of them."""
    script = script_of(path)

    assert [name for name in script.keys if name != "..."] == names_given(script.text, "KEYS")
    assert [name for name in script.args if name != "..."] == names_given(script.text, "ARGV")


@each_script
def test_no_key_or_argument_beyond_the_header_is_used(path: Path) -> None:
    """The highest number in the text is the number of names; only a list of any length has no highest."""
    script = script_of(path)
    code = code_of(script.text)

    for kind, names in (("KEYS", script.keys), ("ARGV", script.args)):
        numbers = [int(number) for number in re.findall(rf"\b{kind}\[(\d+)\]", code)]
        if "..." not in names and f"unpack({kind})" not in code:
            assert max(numbers, default=0) == len(names)


@each_script
def test_every_piece_that_is_used_exists(path: Path) -> None:
    """And it is used for something: a function of it is called, or its names are."""
    uses = script_of(path).uses

    assert set(uses) <= PIECES.keys()
    for piece in uses:
        offered = set(re.findall(r"^local function (\w+)", PIECES[piece], re.MULTILINE)) | set(names_given(PIECES[piece], "KEYS"))
        later = "\n".join([*(PIECES[other] for other in uses[uses.index(piece) + 1 :]), path.read_text("utf-8")])
        assert any(re.search(rf"\b{name}\b", code_of(later)) for name in offered), piece


@each_script
def test_every_key_that_it_can_make_gets_its_expiry(path: Path) -> None:
    """By `lasting`, for each of those keys; or, where a key lives shorter than a day, by the step itself."""
    script = script_of(path)
    own = code_of(script.source)
    renewed = {name for call in re.findall(r"\blasting\(([^()]*(?:\(KEYS\))?)\)", own) for name in call.split(", ")}
    if "unpack(KEYS)" in renewed:
        renewed |= set(script.keys)
    shorter = set(re.findall(r'redis\.call\("EXPIRE", (\w+)', own)) | set(re.findall(r'redis\.call\("SET", (\w+), .*"KEEPTTL"', own))

    assert keys_made_by(script) <= renewed | shorter


def test_the_check_of_expiries_sees_through_the_pieces() -> None:
    """`settle` may put a child back in the line, so a step that calls it makes those keys too."""
    assert {"ready", "desks", "line", "where", "present", "waits"} <= keys_made_by(Script("pairing", "away"))
    assert keys_made_by(Script("pairing", "look")) == set()


@pytest.mark.parametrize("path", [*FILES, *sorted((SERVER / "lua").glob("*.lua"))], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_it_is_short(path: Path) -> None:
    """At most 50 lines."""
    assert len(path.read_text("utf-8").splitlines()) <= 50


@each_script
def test_it_is_called(path: Path) -> None:
    """A step that nothing in its room names is not kept."""
    assert any(f'"{path.stem}"' in module.read_text("utf-8") for module in path.parent.glob("*.py"))


@each_script
async def test_the_server_takes_it(path: Path, redis: Link) -> None:
    """It compiles, and is known under the name by which it is called."""
    script = script_of(path)

    assert (await redis.execute_command("SCRIPT", "LOAD", script.text)).decode() == script.sha


def test_the_books_have_one_order() -> None:
    """`server/lua/books.lua` names the keys in the order in which `keys.BOOKS` hands them over."""
    patterns = {kind.pattern.format(): name for name, kind in keys.KINDS.items() if kind.pattern.startswith("{{q}}")}

    assert names_given(PIECES["books"], "KEYS") == [patterns[key] for key in keys.BOOKS]
