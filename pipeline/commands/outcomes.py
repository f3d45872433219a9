"""What became of a moment that was handed over and is not in the archive: waiting, or set aside."""

import os
from pathlib import Path

from core.errors import UserError
from core.text.short_ids import brief_id
from pipeline.spool.spool import Spool


class WasSetAside(UserError):
    """A letter, or a line of one, on which the worker cannot work; it lies whole in the spool."""

    code = "set_aside"


class StillWaits(UserError):
    """A letter that is safe and was tried, and that the worker tries again by itself."""

    code = "letters_wait"


class WasForgotten(UserError):
    """The wearer forgot it before it was a moment."""

    code = "forgotten"


def why_not_kept(spool: Spool, letter: Path, moment: str, rests: str | None) -> UserError:
    """Why this moment of a letter is not in the archive, where it has been looked for first.

    `rests` is why the worker lets the letter rest, if it does.
    """
    if os.path.lexists(letter):
        return _waits(moment, rests)
    lies = spool.found_aside(letter.name, moment)
    if lies is None:
        sentence = f"{brief_id(moment)} was forgotten before it was taken in."
        return WasForgotten(sentence, advice="Keep it again if you did not mean that.")
    return WasSetAside(
        f"{brief_id(moment)} was set aside: {lies.reason}.",
        advice=f"It is whole, in {lies.path}; `afterthought doctor` lists all such files.",
    )


def _waits(moment: str, rests: str | None) -> UserError:
    why = "" if rests is None else f": {rests}"
    return StillWaits(
        f"{brief_id(moment)} is safe, but still waits{why}.",
        advice="A running worker will try it again; where none runs, start `afterthought process`.",
    )
