"""`check`, `rebuild` and `models`: whether everything is still what it was."""

from typing import TYPE_CHECKING

from core.command_line import Arguments, Command, Screen, home_of

from .acts import writing

if TYPE_CHECKING:
    import argparse

    from pipeline.store.port import Archive


async def check(archive: "Archive", arguments: Arguments, screen: Screen) -> int:
    del arguments
    report = await archive.check()
    text = (
        f"{report.events} events, {report.belongings} belongings, {report.sounds} sounds: "
        f"{'all as they were' if not report.problems else f'{len(report.problems)} problems'}."
    )
    value = {
        "ok": not report.problems,
        "events": report.events,
        "belongings": report.belongings,
        "sounds": report.sounds,
        "problems": report.problems,
    }
    screen.value(value, text)
    if report.problems:
        for problem in report.problems[:50]:
            screen.say(problem)
        screen.say("Copy the folder to a safe place; then `afterthought rebuild` mends the views.")
    return int(bool(report.problems))


async def rebuild(archive: "Archive", arguments: Arguments, screen: Screen) -> int:
    del arguments
    rebuilt = await archive.rebuild()
    text = f"The views are folded anew from {rebuilt.subjects} subjects."
    if rebuilt.mended:
        text += f" Damaged rows put right: {rebuilt.mended}."
    screen.value({"subjects": rebuilt.subjects, "mended": rebuilt.mended}, text)
    return 0


def models(arguments: Arguments, screen: Screen) -> int:
    """What weights are there, what is missing, and what to do."""
    from core.settings_file import load  # noqa: PLC0415
    from pipeline import models as weights  # noqa: PLC0415

    home = home_of(arguments).path
    settings = load(home)
    if arguments.fetch:
        path = weights.fetch(arguments.fetch, settings=settings, home=home)
        screen.value({"name": arguments.fetch, "path": str(path)}, f"{arguments.fetch}: {path}")
        return 0
    found = weights.inventory(settings=settings, home=home)
    values = [
        {
            "name": each.name,
            "title": each.title,
            "purpose": each.purpose,
            "licence": each.licence,
            "where": each.where,
            "path": None if each.path is None else str(each.path),
            "bytes": each.bytes,
            "sha256_ok": each.sha256_ok,
            "advice": each.advice,
        }
        for each in found
    ]
    text = "\n".join(
        f"{each.name:12} {each.title}: {each.advice or f'{each.bytes / 1e6:.0f} MB, {each.where}'}"
        for each in found
    )
    screen.value(values, text)
    return int(any(each.advice for each in found))


def _models_arguments(parser: "argparse.ArgumentParser") -> None:
    parser.add_argument("--fetch", metavar="NAME", help="bring the model of that name here")


COMMANDS = (
    Command("check", "verify every hash, sequence and index", writing(check)),
    Command("rebuild", "fold the views anew from the journal", writing(rebuild)),
    Command("models", "list the models: what is there, what is missing", models, _models_arguments),
)
