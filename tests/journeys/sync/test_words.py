"""A pendant without Whisper keeps what was said; a laptop writes it down for both."""

import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from dashboard.demo import SOUNDS
from tests.waiting import waited

if TYPE_CHECKING:
    from tests.journeys.sync.conftest import Machine

Start = Callable[[list[str]], "subprocess.Popen[bytes]"]


def without_whisper(machine: "Machine") -> None:
    with (machine.home / "settings.toml").open("a") as file:
        file.write('[models]\ntranscriber_path = "nowhere"\n')


def keep_without_words(machine: "Machine") -> str:
    """Keep speech where nothing can hear it; the moment's id."""
    line = machine.line("keep", str(min(SOUNDS.iterdir())), "--json")
    kept = subprocess.run(line, capture_output=True, text=True, check=False)
    assert "Traceback" not in kept.stderr
    (moment,) = machine.command("list")[0]
    return str(moment["id"])


def shown(machine: "Machine", moment: str) -> Any:
    return machine.command("show", moment)[0]


@pytest.mark.long
def test_the_laptop_gives_a_pendant_without_whisper_its_words(
    machines: "list[Machine]", start: Start
) -> None:
    pendant, laptop = machines
    without_whisper(pendant)
    moment = keep_without_words(pendant)
    assert shown(pendant, moment)["text"] == ""

    start(laptop.line("process"))
    for machine in machines:
        start(machine.line("sync"))
    waited(lambda: shown(pendant, moment)["text"])

    assert shown(laptop, moment)["text"] == shown(pendant, moment)["text"]
    for machine in machines:
        assert machine.command("check")[0]["problems"] == []
