"""What no text of the product may name: package registries, folders of a developer's machine."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from tests.imports import TREE

REGISTRY_HOSTS = re.compile(r"pypi[.](org|io)|[p]ythonhosted|[n]pmjs|[c]rates[.]io|[i]ndex-url")
DEVELOPERS_FOLDER = re.compile(r"(?<![\w.~$}/])/(root|work|Users|home/(?!pi/)\w+)/\w")
NOT_OURS = {
    ".git",
    ".venv",
    ".hypothesis",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
}


def test_no_file_names_a_package_registry() -> None:
    assert found_lines(TREE, REGISTRY_HOSTS) == []


def test_no_file_names_a_folder_of_a_developers_machine() -> None:
    here = [re.escape(str(folder)) for folder in (TREE, Path.home()) if len(folder.parts) > 1]
    either = re.compile("|".join([DEVELOPERS_FOLDER.pattern, *(f"{name}/" for name in here)]))

    assert found_lines(TREE, either) == []


def test_a_planted_host_or_folder_is_told(tmp_path: Path) -> None:
    plant(tmp_path, "docs/a.md", "get it from files.python" + "hosted.org")
    plant(tmp_path, "run", "cd /" + "home/somebody/src")
    plant(tmp_path, "docs/fine.md", "~/.local/share and /" + "home/pi and a/work/of/art")

    assert found_lines(tmp_path, REGISTRY_HOSTS) == ["docs/a.md:1"]
    assert found_lines(tmp_path, DEVELOPERS_FOLDER) == ["run:1"]


def plant(tree: Path, path: str, source: str) -> None:
    """Put a file into a made-up tree."""
    file = tree / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source, encoding="utf-8")


def found_lines(tree: Path, pattern: re.Pattern[str]) -> list[str]:
    """`file:line` of every line of the tree's texts that the pattern matches."""
    return [
        f"{file.relative_to(tree).as_posix()}:{number}"
        for file in texts(tree)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def texts(tree: Path) -> Iterator[Path]:
    """Every file that people wrote and can read."""
    for folder, folders, names in os.walk(tree):
        folders[:] = sorted(set(folders) - NOT_OURS)
        for file in sorted(Path(folder, name) for name in names if name not in NOT_OURS):
            if file.is_file() and b"\0" not in file.read_bytes()[:8192]:
                yield file
