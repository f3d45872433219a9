"""docs/privacy.md names a test for every place where a word can lie, and each of them is there."""

import ast
import re

import pytest

from tests.imports import TREE

PRIVACY = (TREE / "docs" / "privacy.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
FILES = re.compile(r"`(tests/[\w/]+\.py)`")
PLACES = (
    *("database", "write-ahead log", "spool", "set aside", "taken back", "sound", "browser"),
    *("swap", "core dumps", "free blocks", "logs", "temporary files", "folder for sockets"),
    *("memory", "kept or imported"),
)


def rows() -> list[list[str]]:
    """The cells of the table of places."""
    section = PRIVACY.split("## Where a kept word or sound can lie\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines[1:]]


def named_in(file: str) -> set[str]:
    tree = ast.parse((TREE / file).read_text(encoding="utf-8"))
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_place_has_its_row_and_every_row_its_test() -> None:
    found = rows()

    assert all(len(cells) == 4 and all(cells) for cells in found)
    assert [each for each in PLACES if not any(each in cells[0] for cells in found)] == []
    assert [cells[0] for cells in found if not NAMED.search(cells[3])] == []


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED.findall(PRIVACY))))
def test_every_test_that_it_names_is_there(file: str, test: str) -> None:
    assert test in named_in(file)


def test_every_file_that_it_names_is_there() -> None:
    assert [file for file in FILES.findall(PRIVACY) if not (TREE / file).exists()] == []
