"""How much work `backup` and `restore-backup` are, as a share of what tar takes for the same home.

Homes of 100 and of 1,000 moments with 100 KB of sound each, of random bytes. tar copies the home
into a file and compares it: that is `backup` without its look through the journal (`check`).
Processor time is compared, for seconds say what else the machine was doing. The memory is the
most that the command held, its libraries included. Run: `afterthought bench backup [FOLDER]`.
"""

import asyncio
import hashlib
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from core.clock import FakeClock
from core.moment import Transcript
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept, Sound
from pipeline.store.sound_files import MadeSound
from pipeline.store.sqlite.archive import open_archive

SOUND_BYTES = 100_000
SIZES = (100, 1_000)


def main(arguments: Sequence[str] = ()) -> int:
    """Print a line for each size: seconds, their share of tar's, and memory."""
    with tempfile.TemporaryDirectory(dir=arguments[0] if arguments else None) as folder:
        print("moments    MB  backup   restore  tar (CPU s)  backup/tar  restore/tar  peak MB")
        for moments in SIZES:
            home = Path(folder) / f"home-{moments}"
            asyncio.run(_fill(home, moments))
            _measure(home, Path(folder), moments)
    return 0


async def _fill(home: Path, moments: int) -> None:
    chance = random.Random(moments)  # noqa: S311 - a seed, no secret
    (home / "sound").mkdir(parents=True)
    async with open_archive(home) as archive:
        for number in range(moments):
            content, part = chance.randbytes(SOUND_BYTES), home / "sound" / "a.part"
            part.write_bytes(content)
            sha256 = hashlib.sha256(content).hexdigest()
            sound = Sound(sha256, sha256, SOUND_BYTES, 160_000)
            kept = Kept(drafts.new_moment_id(), "press", FakeClock().recorded_now(), sound=sound)
            heard = Transcript(f"The words of moment {number}.", model="bench")
            await archive.append(
                drafts.moment_kept(kept, author="wearer"),
                drafts.moment_transcribed(kept.id, heard, revision=0),
                sound=MadeSound(part, sha256),
            )


def _measure(home: Path, folder: Path, moments: int) -> None:
    file, copied = folder / f"{moments}.backup", folder / f"{moments}.tar"
    ours = [sys.executable, "-m", "afterthought"]
    backup_s, backup_mb = _used([*ours, "--home", str(home), "backup", str(file)])
    new = str(folder / f"new-{moments}")
    restore_s, restore_mb = _used([*ours, "--home", new, "restore-backup", str(file)])
    tar_s = _used(["tar", "cf", str(copied), str(home)])[0]
    tar_s += _used(["tar", "df", str(copied), "-C", "/"])[0]
    print(
        f"{moments:7} {file.stat().st_size / 1e6:5.1f} {backup_s:6.2f} {restore_s:8.2f} "
        f"{tar_s:8.2f} {backup_s / tar_s:15.1f} {restore_s / tar_s:12.1f} "
        f"     {backup_mb:.0f}, {restore_mb:.0f}"
    )


def _used(command: Sequence[str]) -> tuple[float, float]:
    """Seconds of the processor, and the most memory in MB."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}.")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
