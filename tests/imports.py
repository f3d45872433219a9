"""Which module names which: the imports of the product, read from its sources."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
COMMAND = "afterthought.py"
PACKAGES = ("core", "device", "pipeline", "dashboard", "deploy", "bench")


def sources(tree: Path) -> Iterator[str]:
    """The path of every module of the product, from the tree on."""
    if (tree / COMMAND).is_file():
        yield COMMAND
    for package in PACKAGES:
        for file in (tree / package).rglob("*.py"):
            yield file.relative_to(tree).as_posix()


@cache
def imports(file: Path, path: str) -> tuple[str, ...]:
    """Every module that the file names, wherever in it, with the names taken out of it.

    Under TYPE_CHECKING and inside functions, too.
    """
    return tuple(_imports(file, path))


def _imports(file: Path, path: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                module = absolute(node, path)
                yield from (f"{module}.{alias.name}" for alias in node.names)
            case ast.Call(
                func=ast.Name("__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(str() as name), *_],
            ):
                yield name


def absolute(node: ast.ImportFrom, path: str) -> str:
    """The module's full name; a relative import is counted from the file's own folder."""
    folders = path.split("/")[: -node.level] if node.level else []
    return ".".join([*folders, *([node.module] if node.module else [])])


def graph(tree: Path) -> Mapping[str, set[str]]:
    """For each module, as a path, the modules of ours that it names."""
    paths = set(sources(tree))
    return {
        path: {
            found
            for target in imports(tree / path, path)
            if (found := _file_of(target, paths)) is not None and found != path
        }
        for path in paths
    }


def circles(edges: Mapping[str, set[str]]) -> list[tuple[str, ...]]:
    """The modules that name one another in a circle, each circle sorted."""
    reached = {path: _reached(path, edges) for path in edges}
    found = {
        tuple(sorted(other for other in reached[path] if path in reached.get(other, ())))
        for path in edges
    }
    return sorted(circle for circle in found if circle)


def _reached(path: str, edges: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = [path]
    while ahead:
        new = edges.get(ahead.pop(), set()) - found
        found |= new
        ahead += new
    return found


def _file_of(target: str, paths: set[str]) -> str | None:
    """The file of a module, or of the module that a name is taken out of."""
    for name in (target, target.rpartition(".")[0]):
        if not name:
            continue
        for path in (f"{name.replace('.', '/')}.py", f"{name.replace('.', '/')}/__init__.py"):
            if path in paths:
                return path
    return None
