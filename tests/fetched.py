"""Models that only some tests need, kept apart from those that this machine's homes find.

`python -m tests.fetched SET…` fetches sets of them, as `./test --all` does. Were they put where a
home finds them, whoever runs the tests would hear at another cost from then on.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import afterthought
from core import command_line
from core.settings import Settings
from pipeline import models

PLACE = Path(sys.prefix) / "models_for_tests"
"""Laid out as a home is: what is fetched lies below its `models`."""


def fetched(name: str) -> Path:
    """The folder or the file of this model, whole; the test is skipped where it was not fetched."""
    if not models.is_there(name, settings=Settings(), home=PLACE):
        pytest.skip(f"the model {name} was not fetched: `./test --all` does it")
    return models.find(name, settings=Settings(), home=PLACE)


def put_into(home: Path, name: str) -> None:
    """Have this home find the model, and no other one. Skips as `fetched`."""
    found = fetched(name)
    (home / "models").mkdir(parents=True, exist_ok=True)
    (home / "models" / name).symlink_to(found.parent if found.is_file() else found)


def main(names: Sequence[str]) -> int:
    """Fetch each of these sets that is not here; the status of the first that cannot be had."""
    # A fetch puts them where the environment of this process has its models.
    sys.prefix = str(PLACE)
    fetch = ["models", "--home", str(PLACE), "--fetch"]
    ended = [command_line.main(afterthought.COMMANDS, [*fetch, name]) for name in names]
    return next((status for status in ended if status), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
