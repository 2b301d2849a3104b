"""Every Redis key is written down once: what it holds, who writes it, how long it lives, in which slot it lies."""

import ast
import inspect
import re
from collections import defaultdict
from pathlib import Path

import pytest

import server
from server import keys

SERVER = Path(server.__file__).parent
TYPES = {"string", "hash", "set", "zset", "stream"}
BUILDERS = [function for _, function in inspect.getmembers(keys, inspect.isfunction) if len(inspect.signature(function).parameters) == 1]

each_kind = pytest.mark.parametrize("name", keys.KINDS)


def written(name: str) -> str:
    """Return a key of this kind, with `x` for what varies."""
    return keys.KINDS[name].pattern.format_map(defaultdict(lambda: "x"))


def built() -> set[str]:
    """Return every key that the builders and the constants of the file give."""
    constants = {value for name, value in vars(keys).items() if name.isupper() and isinstance(value, str)}
    made = {one for function in BUILDERS for one in [function("x")] if isinstance(one, str)}
    return constants | made


@each_kind
def test_a_kind_is_documented(name: str) -> None:
    """Type, writer and content are told; each writer is a part of the server."""
    kind = keys.KINDS[name]

    assert kind.type in TYPES
    assert kind.holds
    for writer in kind.writer.split(", "):
        assert writer == "every worker" or (SERVER / writer).is_dir() or (SERVER / f"{writer}.py").is_file()


@each_kind
def test_A2_a_kind_lives_no_longer_than_a_day(name: str) -> None:
    """And never for ever."""
    assert 0 < keys.KINDS[name].ttl <= keys.DAY == 24 * 60 * 60


@each_kind
def test_a_kind_has_one_hash_tag(name: str) -> None:
    """The slot is told by the key itself; the tag is not empty, and the name of the kind stands behind it."""
    assert re.fullmatch(rf"\{{[a-z](?::x)?\}}:{name}", written(name))


def test_every_kind_has_its_builder_and_every_builder_its_kind() -> None:
    """Nothing is listed that cannot be built, nothing can be built that is not listed."""
    assert {written(name) for name in keys.KINDS} == built()
    assert len(built()) == len(keys.KINDS)


def test_every_builder_is_documented() -> None:
    """One sentence each."""
    assert len(BUILDERS) > 5
    assert all((function.__doc__ or "").startswith("Return ") for function in BUILDERS)


def test_the_keys_of_a_conversation_are_all_of_its_tag() -> None:
    """What is erased with a talk is everything under its tag."""
    assert set(keys.of_conversation("x")) == {written(name) for name in keys.KINDS if written(name).startswith("{c:x}")}


def test_the_books_lie_in_one_slot() -> None:
    """One step may touch them all, also on a Cluster."""
    assert {key.partition(":")[0] for key in keys.BOOKS} == {"{q}"}
    assert len(set(keys.BOOKS)) == len(keys.BOOKS)


def texts(source: str) -> list[str]:
    """Return the text constants of a Python file, without its docstrings and comments."""
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
    ]


def test_no_key_is_built_anywhere_else() -> None:
    """Only keys.py writes what a key looks like; the Lua steps are given theirs."""
    looks_like = re.compile(rf"\}}:(?:{'|'.join(keys.KINDS)})$")
    elsewhere = [path for path in SERVER.rglob("*.py") if path.name != "keys.py"]

    assert any(looks_like.search(text) for text in texts((SERVER / "keys.py").read_text("utf-8")))
    assert [path.name for path in elsewhere for text in texts(path.read_text("utf-8")) if looks_like.search(text)] == []
    lua = {path.name: re.sub(r"--.*", "", path.read_text("utf-8")) for path in SERVER.rglob("*.lua")}
    assert [name for name, code in lua.items() if re.search(r'"\{', code)] == []
