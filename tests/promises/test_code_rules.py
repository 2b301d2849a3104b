"""C1: what no linter that we run looks for, read off the code: in Python off its syntax tree, in TypeScript and templates off their text.

The rules of bandit run as ruff's `S` in `make check`. These are ours, in the manner of semgrep, whose own rules come over the network.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVER = sorted((ROOT / "server").rglob("*.py"))
SCRIPTS = sorted(path for folder in ("browser", "widget", "counsellor_ui") for path in (ROOT / folder).rglob("*.ts"))
TEMPLATES = sorted(path for folder in ("widget", "counsellor_ui") for path in (ROOT / folder).rglob("*.html"))
CALLS = {"eval", "exec", "compile", "__import__", "breakpoint", "globals"}
MODULES = {
    "pickle",
    "marshal",
    "shelve",
    "dill",
    "yaml",
    "xml",
    "telnetlib",
    "ftplib",
    "requests",
    "urllib3",
    "imaplib",
    "smtplib",
}
"""What reads code out of data, and what calls somebody. (`random` where it must not be is ruff's S311.)"""
SECRET = re.compile(r"(^|_)(token|secret|password|signature|hmac|digest|mac|cookie|code|ticket)(_hash)?$")
HTML = re.compile(
    r"\b(innerHTML|outerHTML|insertAdjacentHTML|unsafeHTML|unsafeSVG|unsafeStatic|DOMParser|createContextualFragment|eval|importScripts)\b"
    r"|document\.write|new Function|setTimeout\(\s*[\"'`]|\.srcdoc\b|\bhref\s*=\s*[\"'`]javascript:"
)
KEPT = re.compile(r"\b(localStorage|indexedDB|document\.cookie|caches\.|serviceWorker\.register)\b")
MAY_KEEP = {"counsellor_ui/store.ts"}
"""Her key pair, which no script can read out. A child's side keeps nothing in any of these."""


def found(path: Path) -> Iterator[str]:
    """Give what is wrong in one file of the server."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in CALLS:
                yield f"{path.name}:{node.lineno}: {name}()"
            case ast.Call(keywords=words) if any(
                word.arg in {"shell", "verify", "autoescape"} and getattr(word.value, "value", None) is (word.arg == "shell")
                for word in words
            ):
                yield f"{path.name}:{node.lineno}: a shell, no certificate, or no escaping"
            case ast.Import(names=names) if any(one.name.split(".")[0] in MODULES for one in names):
                yield f"{path.name}:{node.lineno}: {', '.join(one.name for one in names)}"
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in MODULES:
                yield f"{path.name}:{node.lineno}: {module}"
            case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]) if is_secret(left) and is_secret(right):
                yield f"{path.name}:{node.lineno}: two secrets compared in a time that tells how alike they are"
            case ast.Call(func=ast.Attribute(attr="execute" | "executemany"), args=[ast.JoinedStr() | ast.BinOp() as sql, *_]) if (
                "PRAGMA" not in ast.unparse(sql)
            ):
                yield f"{path.name}:{node.lineno}: SQL put together"


def is_secret(node: ast.expr) -> bool:
    """Tell whether a value is called a secret."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return SECRET.search(name) is not None


@pytest.mark.parametrize(
    "wrong",
    [
        "eval(x)",
        "import pickle",
        "from requests import get",
        "run(x, shell=True)",
        "get(x, verify=False)",
        "Environment(autoescape=False)",
        "token == stored.token",
        "db.execute(f'select {x}')",
        "db.execute('select ' + x)",
    ],
)
def test_C1_a_wrong_line_is_found(tmp_path: Path, wrong: str) -> None:
    """Each rule can fail."""
    (tmp_path / "wrong.py").write_text(wrong, "utf-8")
    assert len(list(found(tmp_path / "wrong.py"))) == 1


def test_C1_the_server_has_no_line_that_a_rule_forbids() -> None:
    """No code out of data, no shell, nothing that calls somebody, no secret compared by `==`, no SQL put together."""
    assert len(SERVER) > 100
    assert [fault for path in SERVER for fault in found(path)] == []


def test_C1_no_script_makes_a_page_out_of_text_or_keeps_what_it_should_not() -> None:
    """Nothing is parsed as HTML or as code in a browser, and what stays on a device is written in the files made for it alone."""
    assert len(SCRIPTS) > 50
    wrong = []
    for path in SCRIPTS:
        text, name = path.read_text("utf-8"), path.relative_to(ROOT).as_posix()
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)
        wrong += [f"{name}: {one[0]}" for one in HTML.finditer(code)]
        wrong += [f"{name}: {one[0]}" for one in KEPT.finditer(code) if name not in MAY_KEEP]
    assert wrong == []


def test_C1_no_template_lets_text_through_as_it_is() -> None:
    """Every page escapes what it is given, and has no script of its own in a line."""
    assert len(TEMPLATES) > 5
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape\s+false|\son[a-z]+\s*=|javascript:", text), path.name
