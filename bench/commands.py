"""`bench`: run one of the benchmarks of this folder, or list them."""

import argparse
import importlib
from collections.abc import Iterator
from pathlib import Path

from core.command_line import Arguments, Command, Screen
from core.errors import NotFound

_NOT_BENCHMARKS = frozenset({"__init__", "commands"})


def bench(arguments: Arguments, screen: Screen) -> int:
    """Run a benchmark; without a name, list what there is."""
    known = dict(_benchmarks())
    if arguments.name is None:
        told = {name: what for name, (_, what) in known.items()}
        screen.value(told, "\n".join(f"{name:16} {what}" for name, what in told.items()))
        return 0
    if arguments.name not in known:
        sentence = f"There is no benchmark '{arguments.name}'."
        raise NotFound(sentence, advice=f"There are: {', '.join(known)}.")
    module = importlib.import_module(known[arguments.name][0])
    return int(module.main(arguments.arguments) or 0)


def _benchmarks() -> Iterator[tuple[str, tuple[str, str]]]:
    """Name, module and first line of the docstring, without importing anything heavy."""
    import ast  # noqa: PLC0415 - 4 ms of every other command

    here = Path(__file__).parent
    for path in sorted(here.rglob("*.py"), key=lambda path: path.stem):
        if path.stem in _NOT_BENCHMARKS:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body):
            module = ".".join(path.relative_to(here.parent).with_suffix("").parts)
            yield path.stem, (module, (ast.get_docstring(tree) or "").split("\n", 1)[0])


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", help="which; without one, a list")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="the benchmark's own")


COMMANDS = (Command("bench", "run a benchmark, or list them", bench, _arguments),)
