"""The pause, which must outlive a restart. It is read before anything else is opened."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

from core import log
from core.capture_status import PausedBy, Pausing
from core.clock import Recorded, recorded_from_json
from core.errors import UserError
from core.files import clear_away, read_small, sync_folder, write_durably
from core.paths import Home, older_state_folders, state_folder

FILE_NAME = "pause.json"
NO_STREAM = "0" * 16
_MOST_BYTES = 64 * 1024
_STREAM = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Remembered:
    """A pause that was on, and when and where in which stream it began.

    `unreadable` says why that is all that is known of it; it is empty where it could be read.
    """

    pausing: Pausing
    stream: str
    position: int
    began: Recorded
    unreadable: str = ""


class PauseFile:
    """One small file outside the home, for the archive may be locked when it is needed.

    It is read, and removed, in `others` as well: the home itself, which may be named in more ways
    than one or be moved, and the folders that older versions kept for it.
    """

    def __init__(self, folder: Path, others: Iterable[Path] = ()) -> None:
        self._path = folder / FILE_NAME
        self._others = [each / FILE_NAME for each in others]

    def read(self) -> Remembered | None:
        """The pause that is on. One that cannot be read counts: it is safer to hear nothing."""
        found = [each for path in self._every if (each := _read(path)) is not None]
        return min(found, key=lambda each: bool(each.unreadable), default=None)

    def write(self, remembered: Remembered) -> None:
        """Durable on return. Raises OSError."""
        told = asdict(remembered)
        del told["unreadable"]
        content = json.dumps(told).encode()
        _replace(self._path, content)
        for path in self._others:
            if path.parent.is_dir():
                try:
                    _replace(path, content)
                except OSError as error:  # it is remembered; this is for a home that is moved
                    log.get_log().warning("pause_not_remembered_twice", reason=error.strerror)

    def remove(self) -> None:
        """It is over, and whatever lay there is out of the way. Raises OSError."""
        for path in self._every:
            if path.is_symlink() or path.exists():
                clear_away(path)
                sync_folder(path.parent)

    @property
    def _every(self) -> list[Path]:
        return [self._path, *self._others]


def pause_file_of(home: Home) -> PauseFile:
    """The file in which capture remembers a pause of this home."""
    return PauseFile(state_folder(home.path), [home.path, *older_state_folders(home)])


def unreadable(remembered: Remembered) -> UserError:
    """The reason why it is paused though nobody knows of a pause, and what to do."""
    return UserError(
        f"What is remembered of a pause cannot be read ({remembered.unreadable}), so it counts "
        "as one.",
        advice="`afterthought resume` ends it and clears the file away.",
    )


def _read(path: Path) -> Remembered | None:
    """None where nothing lies there."""
    try:
        return _remembered(json.loads(read_small(path, _MOST_BYTES)))
    except FileNotFoundError:
        return None
    except OSError as error:
        why = error.strerror or "unknown"
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        why = "it is not what was written"
    return Remembered(Pausing("command"), NO_STREAM, 0, Recorded(), f"{path}: {why}")


def _remembered(told: Mapping[str, Any]) -> Remembered:
    """Raises ValueError, KeyError, TypeError or AttributeError for what was not written by us."""
    pausing, stream, position = told["pausing"], told["stream"], told["position"]
    by, left_s = pausing["by"], pausing["remaining_s"]
    if by not in get_args(PausedBy) or not _STREAM.fullmatch(stream):
        raise ValueError
    if type(position) is not int or position < 0:
        raise ValueError
    if left_s is not None and not (_is_number(left_s) and math.isfinite(left_s)):
        raise ValueError
    left = None if left_s is None else float(left_s)
    return Remembered(Pausing(by, left), stream, position, recorded_from_json(told["began"]))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _replace(path: Path, content: bytes) -> None:
    """Write it, whatever lay in its place."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        clear_away(path)
    part = path.with_name(f"{path.name}.part")
    if part.is_symlink() or (part.exists() and not part.is_file()):
        clear_away(part)
    write_durably(path, [content])
