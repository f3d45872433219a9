"""What a forget takes out of the spool: the sound and the words that lie there as they were."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

from core.files import erase_file, overwrite, write_durably
from core.log import get_log

from .aside import FOLDER as ASIDE
from .aside import WHY
from .formats import id_in, lines_of
from .names import TRIES, without_words
from .opening import LetterBroken
from .taken_back import FOLDER as TAKEN_BACK


def erase_moments(spool: Path, moments: Iterable[str]) -> bool:
    """Remove every file of these moments, set aside and taken back among them.

    Out of a batch of texts only theirs are taken. May be repeated after a kill. False where the
    disk fails to read a batch, in which they may be: everything else is gone.
    """
    gone, is_done = set(moments), True
    for folder in (spool, spool / ASIDE, spool / TAKEN_BACK):
        for path in folder.glob("*.*"):
            if path.suffix == ".texts":
                is_done &= _leave_out(path, gone)
            elif path.name.partition(".")[0] in gone and not _is_folder(path):
                erase_file(path)
    return is_done


def _leave_out(batch: Path, gone: set[str]) -> bool:
    """A batch of texts may be worked on half when one of them is forgotten. False: unreadable."""
    try:
        lines = lines_of(batch)
    except (FileNotFoundError, LetterBroken):  # its worker was done with it; or it is no batch
        return True
    except OSError as error:
        name = without_words(batch.name)
        get_log().error("batch_not_looked_through", letter=name, why=error.strerror)
        return False
    rest = [line for line in lines if id_in(line) not in gone]
    if rest and len(rest) < len(lines):
        _write_over(batch, rest)
    elif len(rest) < len(lines):
        erase_letters([batch])
    return True


def erase_letters(paths: Iterable[Path]) -> None:
    """Remove these files, and what belongs to each."""
    for path in paths:
        for beside in ("", TRIES, WHY):
            erase_file(path.with_name(f"{path.name}{beside}"))


def _write_over(batch: Path, rest: Iterable[bytes]) -> None:
    """Put a shorter batch in its place, and zeros where the longer one lay."""
    with batch.open("r+b") as before:
        write_durably(batch, rest)
        with contextlib.suppress(OSError):  # it has no name any more; the forget goes on
            overwrite(before.fileno(), names=0)


def _is_folder(path: Path) -> bool:
    """A folder is none of ours, whatever it is called."""
    return path.is_dir() and not path.is_symlink()
