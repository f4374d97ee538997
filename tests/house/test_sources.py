"""House rules that a machine can keep: names, sizes, first words, and nothing of anybody's machine."""

import ast
import re
import statistics
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
MAX_LINES = 450
"""Above this a file has more than one owner."""
MEDIAN_LINES = 160
"""The median we hold ourselves to; small files are where taste shows."""


def _files(*suffixes: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if name.endswith(suffixes) and (ROOT / name).exists()]


SOURCES = _files(".py", ".pyx", ".pxd", ".js")
PYTHON = [path for path in SOURCES if path.suffix == ".py" and path.stat().st_size > 0]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_named_for_its_domain_and_has_one_owner(path: Path) -> None:
    assert path.stem not in BANNED_NAMES, "a name that says nothing attracts everything"
    assert len(path.read_text().splitlines()) <= MAX_LINES, "split it where its purposes part"


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_owns(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), "the first words of a module say what it is for"


def test_files_stay_small() -> None:
    sizes = [len(path.read_text().splitlines()) for path in PYTHON if "tests" not in path.parts]
    assert statistics.median(sizes) <= MEDIAN_LINES, "the sources as a whole grow fat"


def test_nothing_of_a_machine_is_committed() -> None:
    machine = re.compile(r"/(?:home|work|farm|root)/\w|/tmp/\w")
    for path in _files(".py", ".pyx", ".pxd", ".js", ".css", ".html", ".md", ".toml", ".sh"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if path != Path(__file__):
                assert not machine.search(line), f"{path.relative_to(ROOT)}:{number} names a path of one machine"


def test_left_overs_are_not_committed() -> None:
    left_over = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    for path in SOURCES:
        if path != Path(__file__):
            assert not left_over.search(path.read_text()), f"{path.relative_to(ROOT)} holds a left-over"


def test_one_broad_except_exists() -> None:
    """Only the task of a call may catch everything and go on: there a bug is counted and ends its call."""
    holders = [
        str(path.relative_to(ROOT))
        for path in PYTHON
        if path.parts[len(ROOT.parts)] != "tests" and any(map(_swallows_all, ast.walk(ast.parse(path.read_text()))))
    ]
    assert holders == ["signaling/runner.py"], "a second broad except hides bugs"


def _swallows_all(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    broad = node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
    return broad and not isinstance(node.body[-1], ast.Raise)
