"""The documents speak of files that are there, and every walk is a list of them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.imports import PACKAGES, TREE

DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    *(f"docs/{path.name}" for path in sorted((TREE / "docs").glob("*.md"))),
)
NAMED = re.compile(r"`((?:" + "|".join((*PACKAGES, "tests", "docs", "systemd")) + r")/[\w./-]*)`")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_is_there(document: str) -> None:
    assert [name for name in named_files(document) if not (TREE / name).exists()] == []


def test_every_walk_is_a_numbered_list_with_a_file_in_each_line() -> None:
    found = dict(walks())

    assert len(found) >= 7
    for title, steps in found.items():
        assert steps, f"{title} is no list"
        assert [step for step in steps if not NAMED.search(step)] == []


def test_the_walks_pass_through_every_part_of_the_device() -> None:
    passed = {Path(name).parent.as_posix() for name in named_files("docs/architecture.md")}
    parts = {path.parent.relative_to(TREE).as_posix() for path in TREE.glob("device/*/*.py")}

    assert {part for part in parts if part != "device/machine"} <= passed


def test_it_names_every_module_that_strangers_have_to_do_with() -> None:
    """From the network to a phone that is let in: where a reader wants to know every step."""
    folders = ("certificates", "network", "reach", "sign_in")
    modules = {
        path.relative_to(TREE).as_posix()
        for folder in folders
        for path in (TREE / "dashboard" / folder).glob("[!_]*.py")
    }

    assert modules - set(named_files("docs/architecture.md")) == set()


def named_files(document: str) -> list[str]:
    """Every path of ours that stands in backticks."""
    return NAMED.findall((TREE / document).read_text(encoding="utf-8"))


def walks() -> Iterator[tuple[str, list[str]]]:
    """The title of each walk, and its steps."""
    text = (TREE / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## Walks")[2]
    for walk in text.split("\n### ")[1:]:
        title, *lines = walk.splitlines()
        yield title, [line for line in lines if re.match(r"\d+\. ", line)]
