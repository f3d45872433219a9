"""`config` and `doctor`: the household."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.command_line import Arguments, Command, Screen, home_of

if TYPE_CHECKING:
    from core.checks import Check
    from core.places import Home


def config(arguments: Arguments, screen: Screen) -> int:
    """The settings in effect, secrets masked."""
    from core import settings  # noqa: PLC0415

    home = home_of(arguments)
    for sentence in settings.retired(home.path):
        screen.say(sentence)
    effective = settings.effective(settings.load(home.path))
    lines = [f"{key} = {value!r}" for key, value in effective.items()]
    screen.value(effective, "\n".join(lines))
    return 0


def doctor(arguments: Arguments, screen: Screen) -> int:
    """What is well, what is not, and what to do."""
    found = list(_checks(home_of(arguments)))
    values = [
        {"name": c.name, "state": c.state, "sentence": c.sentence, "advice": c.advice}
        for c in found
    ]
    screen.value(values, "\n".join(f"{c.state:5} {c.sentence} {c.advice}".rstrip() for c in found))
    return int(any(check.state == "fail" for check in found))


def _checks(home: "Home") -> "Iterator[Check]":
    """Each room's checks; a room that has more to say adds its line here."""
    from pipeline import checks as pipeline_checks  # noqa: PLC0415

    from . import checks as machine_checks  # noqa: PLC0415

    yield from machine_checks.checks(home)
    yield from pipeline_checks.checks(home)


COMMANDS = (
    Command("config", "show the settings in effect", config),
    Command("doctor", "say what is well, what is not, and what to do", doctor),
)
