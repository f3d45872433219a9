"""How fast sound goes from one host to another, beside rsync over ssh with the same files.

    python -m bench.sync.throughput [--moments 40] [--bytes 2000000] [--folder DIR]

Two network namespaces with a wire between them (root alone), shaped to 100 Mbit/s and as it is.
The laptop meets the pendant once (`sync --once`) and fetches all of its sound; then rsync copies
the same files over ssh. Both write to the same disk; sync makes what it wrote durable, rsync does
not. Printed: MB/s of both, and sync as a share of rsync (goal: 0.7).
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pipeline.store.sound_files import sound_folder
from tests.journeys.network.hosts import DEVICE, Host, ran
from tests.waiting import waited

from .sounds import keep_sounds
from .wired import Wired, shape, wired

_SSH_PORT = 2222
_KEYGEN = ("/usr/bin/env", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench throughput", description=__doc__)
    parser.add_argument("--moments", type=int, default=40)
    parser.add_argument("--bytes", type=int, default=2_000_000, help="of sound, in each")
    parser.add_argument("--folder", type=Path, help="on the disk to measure; else a temporary one")
    parser.add_argument("--rounds", type=int, default=3, help="of each, in turn")
    asked = parser.parse_args(argv)
    if not (shutil.which("rsync") and shutil.which("sshd")):
        print("There is no rsync or no sshd here: apt-get install rsync openssh-server.")
        return 0
    for mbit in (100, None):
        with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
            _compare(Path(folder), mbit, asked.moments, asked.bytes, asked.rounds)
    print("load", *os.getloadavg())
    return 0


def _compare(folder: Path, mbit: int | None, moments: int, bytes_each: int, rounds: int) -> None:
    megabytes = moments * bytes_each / 1e6
    ours, theirs = [], []
    for turn in range(rounds):
        with wired(folder / str(turn)) as (pendant, laptop, _):
            keep_sounds(pendant.home, moments, bytes_each)
            pendant.knows(laptop)
            laptop.knows(pendant)
            for each in (pendant, laptop) if mbit else ():
                shape(each.host, mbit or 0)
            ours.append(megabytes / _synced_s(pendant, laptop))
            with _ssh(folder / str(turn), pendant.host) as ssh:
                theirs.append(megabytes / _copied_s(pendant, laptop, ssh))
        shutil.rmtree(folder / str(turn))
    shares = [a / b for a, b in zip(ours, theirs, strict=True)]
    way = f"{mbit} Mbit/s" if mbit else "as it is"
    print(f"{way}: sync {max(ours):.1f} MB/s, rsync {max(theirs):.1f} MB/s; shares of each round",
          *(f"{share:.2f}" for share in shares), flush=True)  # fmt: skip


def _synced_s(pendant: Wired, laptop: Wired) -> float:
    pendant.start()
    line = laptop.host.command(sys.executable, "-c", _IS_OPEN.format(DEVICE))
    waited(lambda: ran(line).returncode == 0)
    (told,) = laptop.once()
    assert told["state"] == "met", told
    pendant.stop()
    assert _names(laptop) == _names(pendant)
    return float(told["ms"]) / 1000


def _names(machine: Wired) -> set[str]:
    return {each.name for each in sound_folder(machine.home).rglob("*") if each.is_file()}


_IS_OPEN = "import socket; socket.create_connection(({!r}, 8444), 1)"


def _copied_s(pendant: Wired, laptop: Wired, ssh: str) -> float:
    goal = laptop.home / "copied"
    goal.mkdir()
    source = f"root@{DEVICE}:{sound_folder(pendant.home)}/"
    line = laptop.host.command("rsync", "-a", "--whole-file", "-e", ssh, source, goal)
    began = time.monotonic()
    subprocess.run(line, check=True)
    return time.monotonic() - began


@contextlib.contextmanager
def _ssh(folder: Path, host: Host) -> Iterator[str]:
    """A server of ssh on this host; how to call it."""
    keys = {name: folder / name for name in ("host_key", "own_key")}
    for path in keys.values():
        subprocess.run([*_KEYGEN, path], check=True)
    allowed = keys["own_key"].with_suffix(".pub")
    Path("/run/sshd").mkdir(exist_ok=True)
    options = {
        "HostKey": keys["host_key"],
        "AuthorizedKeysFile": allowed,
        "PermitRootLogin": "prohibit-password",
        "StrictModes": "no",
        "UsePAM": "no",
    }
    told = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    server = [shutil.which("sshd") or "", "-D", "-f", "/dev/null", "-p", str(_SSH_PORT), *told]
    with subprocess.Popen(host.command(*server), stderr=subprocess.DEVNULL) as process:
        try:
            time.sleep(1)
            own = f"ssh -p {_SSH_PORT} -i {keys['own_key']} -o StrictHostKeyChecking=no"
            yield f"{own} -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main())
