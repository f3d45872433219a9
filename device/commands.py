"""What the porch brings to the command line: `capture`, `press`, `status`, `hear`."""

import argparse
import math

from core.command_line import Arguments, Command, Screen, home_of, run_async
from core.errors import UserError, WrongUsage


class Refused(UserError):
    """A press that was refused, with its own sentence."""

    code = "refused"


def capture(arguments: Arguments, screen: Screen) -> int:
    """The capture daemon, as its unit starts it."""
    from . import daemon  # noqa: PLC0415

    return daemon.run(home_of(arguments), arguments.replay, screen)


def press(arguments: Arguments, screen: Screen) -> int:
    """Press the button of the running capture; the answer is taken, or refused and why."""
    from . import control  # noqa: PLC0415

    answer = control.ask(home_of(arguments).capture_socket, {"do": "press"})
    if answer["outcome"] == "refused":
        raise Refused(answer["sentence"], advice=answer["advice"])
    screen.value(answer, f"Taken: {answer['keep']}.")
    return 0


def status(arguments: Arguments, screen: Screen) -> int:
    """How capture and the worker stand."""
    from . import standing  # noqa: PLC0415

    value, text = standing.standing(home_of(arguments))
    screen.value(value, text)
    return 0


def hear(arguments: Arguments, screen: Screen) -> int:
    """Recordings through the capture path."""
    files, presses_s = files_and_presses(arguments.files, arguments.press_at or [])
    if arguments.policy == "ambient":
        raise WrongUsage(
            "The policy 'ambient' does not exist yet.", advice="Use 'button' or 'everything'."
        )
    if presses_s and arguments.policy == "everything":
        raise WrongUsage(
            "With the policy 'everything' nobody presses.", advice="Leave --press-at out."
        )
    from . import hear as hearing  # noqa: PLC0415

    return run_async(hearing.hear(home_of(arguments), files, arguments.policy, presses_s, screen))


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
        raise WrongUsage(f"'{text}' is no time in a file.", advice="Give seconds from its start.")
    return at_s


def _capture_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--replay", metavar="FILE", help="a sound file instead of the microphone")


def _hear_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument(
        "--policy",
        choices=("button", "ambient", "everything"),
        default="button",
        help="who decides what is kept: the presses (this is the default), or nobody",
    )
    parser.add_argument(
        "--press-at",
        nargs="+",
        action="extend",
        metavar="S",
        help="press at these seconds of the file; one FILE only",
    )


COMMANDS = (
    Command("capture", "listen: microphone, button, light", capture, _capture_arguments),
    Command("press", "press: keep what was said before now", press),
    Command("status", "how capture and the worker stand", status),
    Command("hear", "hear recordings as if they were live", hear, _hear_arguments),
)
