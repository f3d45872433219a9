"""The commands of a wearer, in rotation: in this process with models that need no weights, or real.

Each gives what it printed and its exit status; whatever it raises is a fault of ours.
"""

import contextlib
import io
import itertools
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from afterthought import COMMANDS
from core import command_line
from pipeline.fakes import FakeModels
from pipeline.meaning.fakes import FakeEmbedder
from tests.journeys.command import Ran, afterthought

Run = Callable[..., Ran]
"""Runs a command with these arguments."""

ROTATION = (
    "list",
    "note",
    "show",
    "search",
    "forget",
    "log",
    "keep",
    "undo",
    "status",
    "redo",
    "hide",
    "process",
    "restore",
    "import",
)
"""Besides `check` and `rebuild`, which are run after each flip."""


def in_this_process(*arguments: str) -> Ran:
    """Run a command as `main` does; the words of a clip are none, vectors are hashed words."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch("pipeline.worker.service.ChildModels", lambda *_, **__: FakeModels()),
        patch("pipeline.commands.finding._load_embedder", lambda *_: FakeEmbedder()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            status = command_line.main(COMMANDS, arguments)
        except SystemExit as ended:
            status = int(ended.code or 0)
    return Ran(status, out.getvalue(), err.getvalue())


def as_a_process(*arguments: str) -> Ran:
    return afterthought(*arguments)


@dataclass(slots=True)
class Rotation:
    """Deals out commands one after the other, about moments that are nobody's concern.

    `touched` are the moments that a command was about, `at_stake` those that were to be
    forgotten, `forgotten` those of which that was confirmed; `kept` the words that were.
    """

    run: Run
    home: Path
    sound: Path
    chance: random.Random
    touched: set[str] = field(default_factory=set)
    at_stake: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    kept: dict[str, str] = field(default_factory=dict)

    def do(self, act: str, moments: list[str]) -> Ran:
        """Run one command; those that need a moment take one of these."""
        moment = self.chance.choice(moments)
        arguments = self._arguments(act, moment)
        ran = self.run("--home", str(self.home), "--json", *arguments)
        if act in {"hide", "restore", "forget"}:
            self.touched.add(moment)
        if act in {"undo", "redo"}:  # of what was done last: before the flip, or just now
            self.touched |= set(re.findall("[0-9a-f]{16}-[0-9]+", ran.out))
        if act == "forget":
            self.at_stake.add(moment)
            self.forgotten |= {moment} if ran.status == 0 else set()
        if act == "note" and ran.status == 0:
            self.kept[json.loads(ran.out)["id"]] = arguments[1]
        return ran

    def _arguments(self, act: str, moment: str) -> list[str]:
        about = {
            "list": ["--hidden"],
            "show": [moment],
            "search": ["orchard pebble"],
            "forget": [moment, "--yes"],
            "hide": [moment],
            "restore": [moment],
            "keep": [str(self.sound)],
            "process": ["--once"],
            "note": [f"noted {self.chance.getrandbits(32):08x}"],
            "import": [str(self.sound.with_name("lines.jsonl"))],
        }
        return [act, *about.get(act, [])]


def rotation(length: int) -> Iterator[tuple[str, ...]]:
    """So many commands for each flip, each as often as the others in the end."""
    endless = itertools.cycle(ROTATION)
    while True:
        yield tuple(itertools.islice(endless, length))


def value_of(ran: Ran) -> Any:
    """What was printed, as JSON; None where it is none."""
    with contextlib.suppress(ValueError):
        return json.loads(ran.out)
    return None
