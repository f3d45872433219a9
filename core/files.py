"""Files that are either there whole or not at all, after any power cut."""

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

SMALL_BYTES = 1024 * 1024
"""What is written by hand or remembers one thing is far smaller."""


Seen = tuple[int, int, int, int]
"""What differs once a file was written, replaced, or opened to another user."""


def seen(path: Path) -> Seen | None:
    """How this file is now; None where nothing has this name. Raises OSError."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    return state.st_ino, state.st_mtime_ns, state.st_ctime_ns, state.st_size


def write_durably(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file so that its name appears only once every byte of it is on the disk.

    Temporary name (`.part`, locked while its writer lives), fsync, rename, fsync of the
    folder. A failed one leaves nothing behind.
    """
    part = path.with_name(f"{path.name}.part")
    _make_way_for(part)
    try:
        with part.open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _make_way_for(part: Path) -> None:
    """Move away what is no file: a pipe would be waited for, and a link be written through."""
    with contextlib.suppress(FileNotFoundError):
        if what_it_is(part.lstat()) is not None:
            part.rename(_beside(part))


def read_small(path: Path, most_bytes: int = SMALL_BYTES) -> bytes:
    """All of a small file. Never waits, whatever lies there: a pipe, a device, a link.

    Raises FileNotFoundError only where nothing has this name, else OSError with its reason.
    """
    with open_at_once(path) as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {most_bytes} bytes", str(path))
    return content


def open_at_once(path: Path) -> BinaryIO:
    """A file, opened to be read without waiting, whatever lies there.

    Raises FileNotFoundError only where nothing has this name, else OSError with its reason.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError:
        if path.is_symlink():
            raise OSError(errno.ELOOP, "it is a link to nothing", str(path)) from None
        raise
    what = what_it_is(os.fstat(descriptor))
    if what is not None:
        os.close(descriptor)
        raise OSError(errno.EINVAL, what, str(path))
    return os.fdopen(descriptor, "rb")


_NO_FILE = {
    stat.S_IFDIR: "it is a folder",
    stat.S_IFIFO: "it is a pipe",
    stat.S_IFSOCK: "it is a socket",
    stat.S_IFCHR: "it is a device",
    stat.S_IFBLK: "it is a device",
    stat.S_IFLNK: "it is a link",
}


def what_it_is(state: os.stat_result) -> str | None:
    """What this is that is no file, as a sentence without its end; None for a file."""
    if stat.S_ISREG(state.st_mode):
        return None
    return _NO_FILE.get(stat.S_IFMT(state.st_mode), "it is no file")


def why_no_file(path: Path) -> str | None:
    """Why nothing can be kept under this name: what lies there. None for a file, and for nothing.

    Links are followed. Raises OSError where the disk does not say.
    """
    try:
        return what_it_is(path.stat())
    except FileNotFoundError:
        return "it is a link to nothing" if path.is_symlink() else None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return "it is a link to itself"
        raise


def clear_away(path: Path) -> None:
    """Have nothing under this name, whatever lies there; a folder that is not empty is set aside.

    Raises OSError.
    """
    try:
        path.unlink(missing_ok=True)
    except (IsADirectoryError, PermissionError):
        if not path.is_dir():
            raise
        path.rename(_beside(path))


def make_way(path: Path) -> Path:
    """The same path, at which lies a file or nothing: anything else is moved, and stays beside it.

    Raises OSError.
    """
    if why_no_file(path) is not None:
        path.rename(_beside(path))
    return path


def make_folder(folder: Path) -> Path:
    """The folder, made for this user alone if need be; a link to one is one.

    Whatever else has its name is moved out of its way, and stays beside it. Raises OSError.
    """
    if not folder.is_dir():
        # Looked at in this order, for somebody else may just have made it.
        if os.path.lexists(folder) and not folder.is_dir():
            folder.rename(_beside(folder))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def nearest_folder(path: Path) -> Path:
    """The folder itself, or the nearest above it that is there: the disk that it will be on."""
    return next(each for each in (path, *path.parents) if each.is_dir())


def _beside(path: Path) -> Path:
    """A name that nothing has, for what lay there."""
    return path.with_name(f"{path.name}.aside-{os.getpid()}-{os.urandom(4).hex()}")


def erase_file(path: Path) -> None:
    """Remove a file and, as far as a program can, what it held: overwritten first, in place.

    A name that is not there is no error. A disk that refuses the overwriting keeps no file
    from going. Raises OSError where the name cannot be removed.
    """
    with contextlib.suppress(OSError):
        flags = os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags), "wb") as file:
            overwrite(file.fileno(), names=1)
    path.unlink(missing_ok=True)


def overwrite(descriptor: int, *, names: int) -> None:
    """Put zeros over a file's bytes, durably, where it has no more than so many names.

    One with another name is somebody's backup, whose bytes stay anyway. On a disk that never
    writes in place (btrfs), and below it in a memory card, old blocks may stay until they are
    trimmed. Raises OSError.
    """
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode) or state.st_nlink > names:
        return
    stood_at = os.lseek(descriptor, 0, os.SEEK_CUR)
    for begin, end in _written(descriptor, state.st_size):
        for start in range(begin, end, SMALL_BYTES):
            os.pwrite(descriptor, bytes(min(SMALL_BYTES, end - start)), start)
    os.lseek(descriptor, stood_at, os.SEEK_SET)
    os.fsync(descriptor)


def _written(descriptor: int, size: int) -> Iterator[tuple[int, int]]:
    """The stretches of a file that lie on the disk: it may claim to be larger than that is."""
    end = 0
    while end < size:
        try:
            begin = os.lseek(descriptor, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:  # nothing was ever written from there on
                return
            raise
        end = os.lseek(descriptor, begin, os.SEEK_HOLE)
        yield begin, end


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a rename is only safe once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def why_unreadable(path: Path) -> tuple[str, str] | None:
    """The reason why this file cannot be read, and the next step; None where it can."""
    if path.is_dir():
        return f"{path} is a folder.", f"Name the files in it: {path}/*."
    if path.is_fifo():  # opening it would wait for a writer, and closing it would end that one
        return None
    try:
        with path.open("rb"):
            return None
    except FileNotFoundError:
        return f"There is no file {path}.", "Check its name."
    except OSError as error:
        return f"{path} cannot be opened ({error.strerror}).", "Check who may read it: ls -l."


def sweep_parts(folder: Path) -> None:
    """Erase the half-written files whose writers were killed; those of living ones stay.

    So does whatever is called so and is no file.
    """
    for part in folder.glob("*.part"):
        try:
            with open_at_once(part) as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                erase_file(part)
        except OSError:  # its writer lives, it is no file, or the disk fails there: not for us
            continue
