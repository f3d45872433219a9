"""`keep`, `note` and `process`: what brings moments into the archive."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.command_line import Arguments, Command, Screen, home_of, run_async
from core.errors import UserError
from core.paths import home_at

if TYPE_CHECKING:
    from core.clock import Recorded
    from core.paths import Home


def keep(arguments: Arguments, screen: Screen) -> int:
    """Sound files in, each kept whole, transcribed and indexed before the next."""
    return run_async(_keep(arguments, screen))


def note(arguments: Arguments, screen: Screen) -> int:
    """One typed moment."""
    return run_async(_note(arguments, screen))


def process(arguments: Arguments, screen: Screen) -> int:
    """The worker, as its unit starts it."""
    from core import log  # noqa: PLC0415
    from core.access.memory import close_memory  # noqa: PLC0415
    from core.settings_file import load  # noqa: PLC0415
    from pipeline.worker import service  # noqa: PLC0415

    close_memory()
    log.set_up("info")
    home = home_of(arguments)

    async def work() -> int:
        await service.run(home, load(home.path), once=arguments.once)
        if arguments.once:  # a service prints nothing
            screen.say("Everything that was due is worked on.")
        return 0

    return run_async(work())


def retry(arguments: Arguments, screen: Screen) -> int:
    """What the models failed on, once more."""
    from pipeline.commands import retrying  # noqa: PLC0415

    return run_async(retrying.retry(home_of(arguments), arguments.ids, screen))


async def _keep(arguments: Arguments, screen: Screen) -> int:
    from core.settings_file import load  # noqa: PLC0415
    from pipeline.commands import sound_files  # noqa: PLC0415
    from pipeline.commands.outcomes import why_not_kept  # noqa: PLC0415
    from pipeline.languages_here import unheard  # noqa: PLC0415
    from pipeline.spool.spool import Spool  # noqa: PLC0415
    from pipeline.store.format.drafts import new_act_id  # noqa: PLC0415
    from pipeline.store.sqlite.reader import open_archive_to_read  # noqa: PLC0415
    from pipeline.taking_in import handling  # noqa: PLC0415
    from pipeline.worker.delivery import delivering  # noqa: PLC0415

    home = home_of(arguments)
    settings = load(home.path)
    asked = sound_files.Asked(new_act_id(), _given(arguments, screen), screen)
    spool, status = Spool(home.spool), 0
    how = handling(home.path, settings, spool, again="keep it again", track=arguments.track)
    async with delivering(home, settings) as delivery:
        for name in arguments.files:
            try:
                kept = await sound_files.keep_file(home, Path(name), asked, how, delivery)
            except UserError as error:
                if error.code not in sound_files.ABOUT_THE_FILE:
                    raise
                screen.refuse(error, file=name)
                status = 1
                continue
            async with open_archive_to_read(home.path) as archive:
                if not await sound_files.show_kept(archive, screen, name, kept):
                    rests = delivery.why_it_rests(kept.letter)
                    wrong = why_not_kept(spool, kept.letter, kept.moment, rests)
                    screen.refuse(wrong, file=name, id=kept.moment)
                    status = 1
        delivery.tell_left_behind(screen.say)
    for sentence in unheard(settings, home.path):
        screen.say(sentence)
    return status


async def _note(arguments: Arguments, screen: Screen) -> int:
    from core.clock import SystemClock  # noqa: PLC0415
    from core.spool_port import TypedText  # noqa: PLC0415
    from pipeline.commands.noting import keep_note  # noqa: PLC0415
    from pipeline.imports import clean_text  # noqa: PLC0415
    from pipeline.store.format.drafts import new_moment_id  # noqa: PLC0415

    home = home_of(arguments)
    recorded = _given(arguments, screen) or SystemClock().recorded_now()
    text = clean_text(" ".join(arguments.text))
    speaker = None if arguments.speaker is None else clean_text(arguments.speaker)
    about = None if arguments.about is None else await _moment_of(home, arguments.about)
    typed = TypedText(new_moment_id(), "typed", text, recorded, speaker, about=about)
    return await keep_note(home, typed, screen)


async def _moment_of(home: "Home", named: str) -> str:
    """The whole id of the moment that is named. Raises NotFound."""
    from pipeline.store.sqlite.reader import open_archive_to_read  # noqa: PLC0415

    async with open_archive_to_read(home.path) as archive:
        return (await archive.moment(named)).id


def _given(arguments: Arguments, screen: Screen) -> "Recorded | None":
    """The time that --at gives, if it is there. Raises WrongUsage."""
    from core.settings_file import spoken_in  # noqa: PLC0415
    from pipeline.search.dates import read_time  # noqa: PLC0415

    if arguments.at is None:
        return None
    recorded, told = read_time(
        arguments.at, datetime.now(UTC).astimezone(), spoken_in(home_at(arguments.home).path)
    )
    if told:
        screen.say(told)
    return recorded


def _add_time(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--at", metavar="D", help=f"{what}: 2026-01-31T18:00, yesterday 14:00, …")


def _keep_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="sound or video of any kind that FFmpeg reads"
    )
    parser.add_argument(
        "--at", metavar="D", help="when it was said, if the file does not say: 2026-01-31T18:00, …"
    )
    parser.add_argument(
        "--track",
        type=int,
        metavar="N",
        help="which sound track to keep, from 1 on (otherwise the one with most speech)",
    )


def _note_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", metavar="TEXT", nargs="+", help="its words, quoted or not")
    parser.add_argument(
        "--at", metavar="D", help="when it was thought, if not now: yesterday 14:00, …"
    )
    parser.add_argument("--speaker", metavar="NAME", help="who said it, if not you")
    parser.add_argument("--about", metavar="ID", help="the moment that it is about")


def _process_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="stop when there is nothing left to do")


def _retry_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ids", metavar="ID", nargs="*", help="the moments (all, if none is named)")


COMMANDS = (
    Command("keep", "keep sound files, each as one moment", keep, _keep_arguments),
    Command("note", "keep a note that you type", note, _note_arguments),
    Command("retry", "try again what the models failed on", retry, _retry_arguments),
    Command(
        "process",
        "run the worker, which writes down what was kept",
        process,
        _process_arguments,
        is_service=True,
    ),
)
