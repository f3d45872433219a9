"""What is forgotten on one machine is in no file of the other, whoever calls whom."""

import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.waiting import waited

if TYPE_CHECKING:
    from tests.journeys.sync.conftest import Machine

Start = Callable[[list[str]], "subprocess.Popen[bytes]"]

WORD = "bergamot"


def holds_it(machine: "Machine") -> list[str]:
    """The files of this home in which the word stands."""
    files = (path for path in machine.home.rglob("*") if path.is_file())
    return sorted(path.name for path in files if WORD.encode() in path.read_bytes())


def test_a_forget_that_the_other_machine_brings_leaves_no_byte(
    machines: "list[Machine]", start: Start
) -> None:
    pendant, laptop = machines
    # It answers, and calls nobody; nor does a worker run.
    settings = pendant.home / "settings.toml"
    settings.write_text(settings.read_text().replace("always", "asked"))
    laptop.command("note", f"the {WORD} is here")
    start(pendant.line("sync"))
    start(laptop.line("sync"))
    waited(lambda: holds_it(pendant))
    waited(pendant.texts)

    (row,) = laptop.command("list")[0]
    laptop.command("forget", row["id"], "--yes")

    waited(lambda: pendant.texts() == [])
    waited(lambda: holds_it(pendant) == [])
    assert holds_it(laptop) == []
