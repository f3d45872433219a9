"""The first meeting of a laptop and a pendant with many moments: cut at random, and gone on with.

    python -m bench.sync.first_sync [--moments 10000] [--bytes 1000000000] [--cuts 10] [--presses 0]

Two network namespaces (root alone). At random the laptop's service is killed, the pendant's is,
or the wire is unplugged for a while. Printed: how long it took, the bytes on the wire beside those
that had to be sent, the memory of both services, and the latency of appends on the pendant
meanwhile, beside the same before it. With `--presses`, so many presses, each for a minute of sound,
before it and beside it, through capture's real loop and spool on the same disk.
"""

import argparse
import asyncio
import contextlib
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.store.sound_files import coming_files, sound_folder
from tests.journeys.network.hosts import Wire

from .large import note
from .sounds import keep_sounds
from .wired import Wired, shape, wired

_LOOK_EVERY_S = 0.5


@dataclass(slots=True)
class Seen:
    """While it went on. `most` is by host: the greatest RSS and PSS, in MB."""

    most: dict[str, dict[str, float]] = field(default_factory=dict)
    notes_ms: list[float] = field(default_factory=list)
    cuts: list[str] = field(default_factory=list)

    def look(self, *machines: Wired) -> None:
        """Note how much memory each has now."""
        for each in machines:
            if each.service is not None and each.service.poll() is None:
                before = self.most.setdefault(each.home.name, {})
                for name, value in each.memory_mb().items():
                    before[name] = max(value, before.get(name, 0))


class Presses:
    """So many presses with nothing beside them, at once; as many again, in a process, meanwhile."""

    def __init__(self, folder: Path, presses: int) -> None:
        self._folder, self._presses = folder, presses
        self._alone = self._run("alone").communicate()[0] if presses else ""
        self._beside = ""

    @contextlib.contextmanager
    def beside(self) -> Iterator[None]:
        """Press while the block runs; what it does not come to is pressed after it."""
        process = self._run("beside") if self._presses else None
        yield
        if process is not None:
            still = process.poll() is None
            self._beside = process.communicate()[0] + ("(went on after it)\n" if still else "")

    def tell(self) -> None:
        """Print both."""
        for name, told in (("before it", self._alone), ("beside it", self._beside)):
            if told:
                print(f"presses {name}: {told.strip()}")

    def _run(self, name: str) -> "subprocess.Popen[str]":
        (self._folder / name).mkdir()
        line = [sys.executable, "-m", "bench.sync.presses", str(self._folder / name)]
        line.append(str(self._presses))
        return subprocess.Popen(line, stdout=subprocess.PIPE, text=True)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench first_sync", description=__doc__)
    parser.add_argument("--moments", type=int, default=10_000)
    parser.add_argument("--bytes", type=int, default=1_000_000_000, help="of sound in all")
    parser.add_argument("--cuts", type=int, default=10)
    parser.add_argument("--mbit", type=int, default=100, help="of the wire; 0: as it is")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--presses", type=int, default=0, help="before it, and beside it")
    parser.add_argument("--profile", choices=("zero", "full"), default="zero", help="the pendant's")
    parser.add_argument("--folder", type=Path, help="on the disk to measure; else a temporary one")
    asked = parser.parse_args(argv)
    with (
        tempfile.TemporaryDirectory(dir=asked.folder) as folder,
        wired(Path(folder), asked.profile) as (pendant, laptop, wire),
    ):
        keep_sounds(pendant.home, asked.moments, asked.bytes // asked.moments)
        pendant.knows(laptop)
        laptop.knows(pendant)
        for each in (pendant, laptop) if asked.mbit else ():
            shape(each.host, asked.mbit)
        presses = Presses(Path(folder), asked.presses)
        alone = [_note_ms(pendant) for _ in range(20)]
        chance = random.Random(asked.seed)
        whole = _bytes_there(pendant)
        began, carried = time.monotonic(), laptop.host.carried_bytes()
        with presses.beside():
            seen = _meet(pendant, laptop, wire, chance, asked.cuts, whole)
        took_s = time.monotonic() - began
        carried = laptop.host.carried_bytes() - carried
        _print(asked, seen, alone, took_s, carried, whole)
        presses.tell()
    return 0


def _meet(  # noqa: PLR0913, PLR0917 - what is measured
    pendant: Wired, laptop: Wired, wire: Wire, chance: random.Random, cuts: int, whole: int
) -> Seen:
    """Run both until the laptop has all sound, with a cut at each of so many places."""
    seen = Seen()
    places = sorted(chance.random() * whole for _ in range(cuts))
    pendant.start()
    laptop.start()
    while (there := _bytes_there(laptop)) < whole:
        seen.look(pendant, laptop)
        if places and there >= places[0]:
            places.pop(0)
            seen.cuts.append(_cut(pendant, laptop, wire, chance))
        seen.notes_ms.append(_note_ms(pendant))
        time.sleep(_LOOK_EVERY_S)
    seen.look(pendant, laptop)
    return seen


def _cut(pendant: Wired, laptop: Wired, wire: Wire, chance: random.Random) -> str:
    how = chance.choice(("laptop", "pendant", "wire"))
    if how == "wire":
        wire.unplug(laptop.host)
        time.sleep(chance.uniform(0.5, 4))
        wire.plug(laptop.host)
    else:
        cut = laptop if how == "laptop" else pendant
        cut.stop(kill=True)
        cut.start()
    return how


def _bytes_there(machine: Wired) -> int:
    """Of sounds that are there as a whole."""
    coming = set(coming_files(machine.home))
    return sum(size for path, size in _sounds(machine) if path not in coming)


def _sounds(machine: Wired) -> Iterator[tuple[Path, int]]:
    for folder, _, names in os.walk(sound_folder(machine.home)):
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # a sound that has just come
                yield (path := Path(folder) / name), path.stat().st_size


def _note_ms(pendant: Wired) -> float:
    """An append as a press makes it, durable."""
    began = time.perf_counter()
    asyncio.run(note(pendant.home, "a word in between"))
    return 1000 * (time.perf_counter() - began)


def _print(  # noqa: PLR0913, PLR0917 - what was measured
    asked: argparse.Namespace,
    seen: Seen,
    alone: list[float],
    took_s: float,
    carried: int,
    whole: int,
) -> None:
    print(f"{asked.moments} moments, {whole / 1e6:.0f} MB of sound, cut {len(seen.cuts)} times "
          f"({', '.join(seen.cuts)}): {took_s:.0f} s, {whole / took_s / 1e6:.1f} MB/s")  # fmt: skip
    print(f"on the wire {carried / 1e6:.1f} MB, {carried / whole:.3f} of the sound")
    for name, most in seen.most.items():
        print(f"{name}: RSS at most {most['most']:.1f} MB, PSS {most['pss']:.1f} MB")
    beside = statistics.median(seen.notes_ms)
    print(f"an append beside it: {beside:.0f} ms, at most {max(seen.notes_ms):.0f}; before it "
          f"{statistics.median(alone):.0f} ms, at most {max(alone):.0f}: "
          f"{beside / statistics.median(alone):.2f} times as long")  # fmt: skip
    print("load", *os.getloadavg())


if __name__ == "__main__":
    sys.exit(main())
