"""The device on the command line: what the device does, and how it stands."""

import argparse
import math
import re
from typing import Any

from core.command_line import Arguments, Command, Screen, home_of, run_async
from core.errors import UserError, WrongUsage
from core.text.short_ids import ambiguous, best_meant, brief_id


class Refused(UserError):
    """Capture refused what was asked, with its own sentence."""

    code = "refused"


def capture(arguments: Arguments, screen: Screen) -> int:
    """The capture daemon, as its unit starts it."""
    from . import daemon  # noqa: PLC0415

    return daemon.run(home_of(arguments), arguments.replay, screen)


def press(arguments: Arguments, screen: Screen) -> int:
    """Press the button of the running capture; the answer is taken, or refused and why."""
    answer = _ask(arguments, {"do": "press"})
    screen.value(answer, f"Taken: {brief_id(answer['keep'])}.")
    return 0


def record(arguments: Arguments, screen: Screen) -> int:
    """Begin a recording, or end it: a lecture, an interview; one moment in the end."""
    answer = _ask(arguments, {"do": "record", "on": not arguments.stop})
    sentence = "The recording has ended, and is kept." if arguments.stop else "Recording."
    screen.value(answer, sentence)
    return 0


def pause(arguments: Arguments, screen: Screen) -> int:
    """Close the microphone and wipe the memory, until `resume` or for a time."""
    if arguments.bring_back is not None:
        keep = _taken_back(arguments)
        answer = _ask(arguments, {"do": "bring_back", "keep": keep})
        screen.value(answer, f"{brief_id(keep)} is kept after all.")
        return 0
    for_s = None if arguments.duration is None else duration_s(arguments.duration)
    answer = _ask(arguments, {"do": "pause", "for_s": for_s})
    screen.value(answer, "Paused. The microphone is closed, and what was in memory is erased.")
    return 0


def resume(arguments: Arguments, screen: Screen) -> int:
    """Open the microphone again."""
    screen.value(_ask(arguments, {"do": "resume"}), "Listening again.")
    return 0


def power_off(arguments: Arguments, screen: Screen) -> int:
    """Close what is open and switch this machine off. Raises WrongUsage without --yes."""
    if not arguments.yes:
        raise WrongUsage(
            "This machine would be switched off, and everything on it would stop.",
            advice="Say it again with --yes.",
        )
    screen.value(_ask(arguments, {"do": "power_off"}), "This machine is being switched off.")
    return 0


def duration_s(text: str) -> float:
    """A length as people write it: `90`, `90s`, `15min`, `1h`. Raises WrongUsage."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h)?", text.strip())
    if found is None or float(found[1]) <= 0:
        raise WrongUsage(
            f"'{text}' is not a length of time.", advice="Write it as 15min, 1h or 90s."
        )
    return float(found[1]) * _UNITS_S[found[2] or "s"]


_UNITS_S = {"s": 1, "m": 60, "min": 60, "h": 3600}


def _ask(arguments: Arguments, request: dict[str, Any]) -> dict[str, Any]:
    """The answer of the running capture. Raises Refused where it refuses."""
    from .capture import control_socket  # noqa: PLC0415

    answer = control_socket.ask(home_of(arguments).capture_socket, request)
    if answer.get("outcome") == "refused":
        raise Refused(answer["sentence"], advice=answer["advice"])
    return answer


def _taken_back(arguments: Arguments) -> str:
    """The keep that is to be brought back, whose id may be shortened. Raises Ambiguous."""
    named = str(arguments.bring_back)
    there = [each["keep"] for each in _ask(arguments, {"do": "status"})["taken_back"]]
    meant = best_meant(named, there)
    if len(meant) > 1:
        raise ambiguous(named, meant)
    return meant[0] if meant else named


def status(arguments: Arguments, screen: Screen) -> int:
    """The status of capture and worker."""
    from . import status_text  # noqa: PLC0415

    value, text = status_text.standing(home_of(arguments))
    screen.value(value, text)
    return 0


def hear(arguments: Arguments, screen: Screen) -> int:
    """Recordings through the capture path."""
    files, presses_s = files_and_presses(arguments.files, arguments.press_at or [])
    if presses_s and arguments.policy != "button":
        raise WrongUsage(
            f"--policy {arguments.policy} keeps by itself, so there is nothing to press for.",
            advice="Leave --press-at out.",
        )
    if arguments.explain and arguments.policy != "ambient":
        raise WrongUsage(
            "--explain says why something was kept or passed over, which only ambient decides.",
            advice="Say --policy ambient, too.",
        )
    from . import hear_files as hearing  # noqa: PLC0415

    asked = (files, arguments.policy, presses_s, screen)
    return run_async(hearing.hear(home_of(arguments), *asked, explain=arguments.explain))


def files_and_presses(files: list[str], presses: list[str]) -> tuple[list[str], list[float]]:
    """Sort out what stood after --press-at: times, and files that were named last.

    Raises WrongUsage where there is no file, or presses for more than one.
    """
    times_s = [_seconds(each) for each in presses]
    named = [*files, *(text for text, at_s in zip(presses, times_s, strict=True) if at_s is None)]
    found_s = [at_s for at_s in times_s if at_s is not None]
    if not named:
        raise WrongUsage("No file was named.", advice="Write `afterthought hear FILE`.")
    if found_s and len(named) > 1:
        raise WrongUsage(
            "--press-at is for one file only.", advice="Hear the files one after the other."
        )
    return named, found_s


def _seconds(text: str) -> float | None:
    """The time of a press; None for what must be a file. Raises WrongUsage for no time at all."""
    try:
        at_s = float(text)
    except ValueError:
        return None
    if not math.isfinite(at_s) or at_s < 0:
        raise WrongUsage(
            f"'{text}' is not a time in a file.", advice="Give seconds from its start."
        )
    return at_s


def _capture_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--replay", metavar="FILE", help="a sound file instead of the microphone")


def _record_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stop", action="store_true", help="stop the recording")


def _pause_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--for",
        dest="duration",
        metavar="D",
        help="how long: 15min, 1h (else until you resume)",
    )
    parser.add_argument("--bring-back", metavar="ID", help="keep after all what a pause took back")


def _power_off_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="yes, switch it off")


def _hear_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="a recording of any kind that FFmpeg reads"
    )
    parser.add_argument(
        "--policy",
        choices=("button", "ambient", "everything"),
        default="button",
        help="what is kept: what --press-at asks for (button), what seems to matter (ambient), or "
        "each utterance (everything)",
    )
    parser.add_argument(
        "--explain", action="store_true", help="with ambient: every utterance, with its reasons"
    )
    parser.add_argument(
        "--press-at",
        nargs="+",
        action="extend",
        metavar="S",
        help="press at these seconds of the file; one FILE only",
    )


COMMANDS = (
    Command(
        "capture", "listen: microphone, button, light", capture, _capture_arguments, is_service=True
    ),
    Command("press", "keep what was just said, as the button does", press),
    Command("record", "start or stop a recording", record, _record_arguments),
    Command("pause", "close the microphone and erase what is in memory", pause, _pause_arguments),
    Command("resume", "listen again after a pause", resume),
    Command("power-off", "switch this machine off", power_off, _power_off_arguments),
    Command("status", "say what capture and the worker are doing", status),
    Command("hear", "play recordings through capture, as if they were live", hear, _hear_arguments),
)
