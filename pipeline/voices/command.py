"""`enrol` and `speaker`: whose voice is the wearer's, and what other voices are called."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from core.command_line import Arguments, Command, Screen, home_of, run_async
from core.errors import WrongUsage
from core.text.counting import counted
from core.text.names import person_name
from pipeline.commands.naming import short_id
from pipeline.commands.opening import writing
from pipeline.commands.progress_bar import Meter

if TYPE_CHECKING:
    from core.pcm import Pcm
    from core.settings import Settings
    from pipeline.enrol import Reading
    from pipeline.store.port import Archive
    from pipeline.voices.enrolling import Enrolment

LONGEST_S = 600
"""Of one file. A minute is enough; what is longer is another recording."""

_QUALITY = {
    "good": "The print is good.",
    "fair": "The print is fair: a longer or quieter reading makes a better one.",
}


def enrol(arguments: Arguments, screen: Screen) -> int:
    """The wearer's voice, from the microphone or from files; or what is known of it erased."""
    if arguments.forget:
        if arguments.files or arguments.add or arguments.name is not None:
            raise WrongUsage(
                "--forget goes with nothing else.", advice="Write `afterthought enrol --forget`."
            )
        return writing(_forget)(arguments, screen)
    return run_async(_enrol(arguments, screen))


async def _enrol(arguments: Arguments, screen: Screen) -> int:
    from core.settings_file import load  # noqa: PLC0415
    from pipeline import enrol as enrolling  # noqa: PLC0415
    from pipeline.store.sqlite.archive import open_archive  # noqa: PLC0415

    name = _name(arguments.name)
    home = home_of(arguments)
    settings = load(home.path)
    reading = enrolling.Reading(settings, home.path)
    if arguments.files:
        sounds = _of_files(home.path, arguments.files, settings, screen)
    else:
        sounds = [_of_microphone(home.capture_socket, reading, screen)]
    readings = [reading.heard(pcm) for pcm in sounds]
    with Meter("enrol", screen) as meter:
        total = sum(each.pcm.size for each in readings) // 16_000
        made = reading.enrolment(readings, name, lambda done_s: meter.reached(round(done_s), total))
    async with open_archive(home.path) as archive:
        known = await enrolling.enrol(archive, made, add=arguments.add)
    _show(known, screen)
    return 0


def _name(typed: str | None) -> str | None:
    """What the wearer is to be called: "" for no name any more, None for the one from before."""
    if typed is None:
        return None
    return person_name(typed) if typed.strip() else ""


def _of_microphone(socket: Path, reading: "Reading", screen: Screen) -> "Pcm":
    from pipeline.voices.microphone import ENOUGH_S, asker, read_aloud  # noqa: PLC0415

    screen.say("Read aloud for a minute, alone and near the microphone. It ends by itself.")
    with Meter("speech", screen) as meter:
        return read_aloud(
            asker(socket),
            reading.spoken_s,
            lambda done_s: meter.reached(min(round(done_s), ENOUGH_S), ENOUGH_S),
        )


def _of_files(home: Path, names: list[str], settings: "Settings", screen: Screen) -> "list[Pcm]":
    import numpy as np  # noqa: PLC0415

    from core.audio import RATE_HZ  # noqa: PLC0415
    from pipeline.media import SoundFile  # noqa: PLC0415
    from pipeline.spool.spool import Spool  # noqa: PLC0415
    from pipeline.taking_in import handling  # noqa: PLC0415

    how = handling(home, settings, Spool(home / "spool"), again="enrol again")
    found = []
    for name in names:
        with SoundFile(Path(name), how) as sound, Meter(Path(name).name, screen) as meter:
            chunks, samples = [], 0
            for chunk in meter.watch(sound.chunks()):
                chunks.append(chunk)
                samples += len(chunk)
                if samples > LONGEST_S * RATE_HZ:
                    raise WrongUsage(
                        f"{name} is longer than {LONGEST_S // 60} minutes.",
                        advice="Enrol with a recording of a minute in which you alone read aloud.",
                    )
        found.append(np.concatenate([np.empty(0, np.int16), *chunks]))
    return found


def _show(made: "Enrolment", screen: Screen) -> None:
    value = {
        "seconds": made.print.seconds,
        "name": made.print.name,
        "likeness": round(made.steadiness, 3),
        "quality": made.quality,
    }
    screen.value(
        value,
        f"Your voice is known by {made.print.seconds:.0f} s of speech. {_QUALITY[made.quality]} "
        "`afterthought undo` takes it back; `afterthought enrol --forget` erases it.",
    )


async def _forget(archive: "Archive", arguments: Arguments, screen: Screen) -> int:
    from pipeline.enrol import forget_voice  # noqa: PLC0415
    from pipeline.spool.spool import Spool  # noqa: PLC0415

    count, finished = await forget_voice(archive, Spool(home_of(arguments).spool))
    prints = counted(count, "print of your voice is", "prints of your voice are")
    screen.value({"forgotten": count, "finished": finished}, f"{prints} erased.")
    if not finished:
        screen.say(
            "Another program still reads the archive as it was before; the worker erases the rest "
            "once that is done."
        )
    return int(not finished)


async def speaker(archive: "Archive", arguments: Arguments, screen: Screen) -> int:
    """Name one voice of a moment; it has that name wherever it speaks in it."""
    from pipeline.store import voices  # noqa: PLC0415

    name = person_name(" ".join(arguments.name))
    row = await archive.moment(arguments.id)
    voice = arguments.voice if arguments.voice == "wearer" else arguments.voice.upper()
    await voices.name_voice(archive, row, voice, name)
    named = await short_id(archive, screen, row.id)
    screen.value(
        {"id": row.id, "voice": voice, "name": name},
        f"Voice {voice} of {named} is {name} now. `afterthought undo` takes it back.",
    )
    return 0


def _enrol_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        help="a recording of a minute in which you alone read aloud (else the microphone)",
    )
    parser.add_argument("--add", action="store_true", help="add to what is known of your voice")
    parser.add_argument(
        "--name", metavar="NAME", help="what you are called in recordings (empty: no name any more)"
    )
    parser.add_argument("--forget", action="store_true", help="erase what is known of your voice")


def _speaker_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="a moment's id, or the beginning of one")
    parser.add_argument("name", metavar="NAME", nargs="+", help="the name of the voice")
    parser.add_argument(
        "--voice", required=True, metavar="A", help="which voice: its letter, or wearer"
    )


COMMANDS = (
    Command("enrol", "have your voice told from others", enrol, _enrol_arguments),
    Command("speaker", "name a voice of a moment", writing(speaker), _speaker_arguments),
)
