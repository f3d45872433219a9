"""Nothing is larger than a reader can hold: files, functions, folders."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.imports import PACKAGES, TREE
from tests.test_texts import plant

MOST_LINES = 400
MOST_MODULES = 20
P95_LINES = 20
SOURCES = (*PACKAGES, "tests")


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    assert long_files(TREE) == []


def test_no_folder_holds_more_modules_than_a_reader_can_hold() -> None:
    assert full_folders(TREE) == []


def test_all_but_a_twentieth_of_the_functions_fit_in_a_glance() -> None:
    lengths = sorted(length for package in PACKAGES for length in function_lengths(TREE / package))

    assert lengths[len(lengths) * 95 // 100] <= P95_LINES


def test_planted_excess_is_told(tmp_path: Path) -> None:
    plant(tmp_path, "device/long.py", "x = 1\n" * (MOST_LINES + 1))
    plant(tmp_path, "dashboard/static/js/long.js", "x;\n" * (MOST_LINES + 1))
    for n in range(MOST_MODULES + 1):
        plant(tmp_path, f"device/full/m{n}.py", "")

    assert long_files(tmp_path) == ["dashboard/static/js/long.js: 401", "device/long.py: 401"]
    assert full_folders(tmp_path) == ["device/full: 21 modules"]


def test_a_functions_length_leaves_out_its_docstring(tmp_path: Path) -> None:
    plant(tmp_path, "a.py", 'def f():\n    """One.\n\n    Two.\n    """\n    x = 1\n    return x\n')

    assert list(function_lengths(tmp_path)) == [3]


def long_files(tree: Path) -> list[str]:
    """Every source with more lines than allowed, and how many it has."""
    return sorted(
        f"{path.relative_to(tree).as_posix()}: {count}"
        for source in SOURCES
        for pattern in ("*.py", "*.js")
        for path in (tree / source).rglob(pattern)
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    )


def full_folders(tree: Path) -> list[str]:
    """Every folder with more modules than allowed."""
    counts = Counter(
        path.parent.relative_to(tree).as_posix()
        for source in SOURCES
        for path in (tree / source).rglob("*.py")
        if path.name != "__init__.py"
    )
    return sorted(f"{name}: {n} modules" for name, n in counts.items() if n > MOST_MODULES)


def function_lengths(folder: Path) -> Iterator[int]:
    """The lines of every function in the folder, from `def` on, without its docstring."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield _length(node)


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is None:
        return whole
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1)
