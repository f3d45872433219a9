"""A day of capture in minutes: unplugged, stalled, full, paused, and killed at random instants.

    python bench/capture_soak.py [--hours 24] [--kills 500] [--seed 1]

Real processes (`bench/capture/life.py`: the real loop, the real spool, a simulated time), ended by
SIGKILL; one in ten takes the machine with it, so that only what was durable is left. Then the
spool is laid beside the world: is all there that the light confirmed, is any of it there twice,
is every second that was missed a gap? No worker runs all day; in the end one drains the spool.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.capture.life import BLOCKS_AN_HOUR, Born
from bench.capture.world import LOUD, World, overlaps
from core.audio import RATE_HZ
from core.paths import Home, runtime_folder
from core.settings import Settings
from device.capture.heartbeat import FILE_NAME
from device.ports import BLOCK_SAMPLES
from pipeline.fakes import FakeModels
from pipeline.spool.clip_sound import read_clip
from pipeline.spool.formats import read_fact
from pipeline.spool.spool import Spool
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.worker.service import working

EDGE = RATE_HZ * 12 // 10
"""A gap's edges are known to a second (the heartbeat) and a block; inside it nothing is."""

Span = tuple[int, int]


@dataclass(slots=True)
class Told:
    """Everything that the lives said, in places of the world."""

    kept: dict[tuple[str, int], Span] = field(default_factory=dict)
    taken_back: set[str] = field(default_factory=set)
    missing: list[Span] = field(default_factory=list)
    paused: list[Span] = field(default_factory=list)
    paused_at_death: bool = False
    died_at: int = 0
    deaths: int = 0
    power_cuts: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of the day. `faults` are sentences."""

    hours: float
    deaths: int
    power_cuts: int
    confirmed: int
    moments: int
    missing_s: float
    gaps: int
    faults: list[str]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the verdict; 1 where there is a fault."""
    parser = argparse.ArgumentParser(prog="bench capture_soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        verdict = soak(Path(folder), arguments.hours, arguments.kills, arguments.seed)
    print(
        f"{verdict.hours:g} h of sound in {time.monotonic() - began_s:.0f} s: "
        f"{verdict.deaths} kills ({verdict.power_cuts} of them power cuts), "
        f"{verdict.confirmed} confirmed, {verdict.moments} moments, "
        f"{verdict.missing_s:.0f} s missed in {verdict.gaps} gaps, {len(verdict.faults)} faults"
    )
    for fault in verdict.faults[:40]:
        print(f"  {fault}")
    return int(bool(verdict.faults))


def soak(folder: Path, hours: float, kills: int, seed: int) -> Verdict:
    """Live the day, lay what is left beside the world, drain it."""
    home = folder / "home"
    home.mkdir()
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    told = live(home, hours, kills, seed, environment)
    spool = Spool(home / "spool")
    spool.close_orphans()
    world = World(seed, hours)
    found = clips(spool, world)
    gaps = gap_spans(spool)
    told.taken_back |= {each.keep for each in spool.taken_back()}
    faults = [*lost(told, found, world), *twice(found), *unshown(told, gaps)]
    moments, shown = asyncio.run(drain(home))
    if moments != len(found):
        faults.append(f"{len(found)} clips became {moments} moments")
    if shown != len(gaps):
        faults.append(f"{len(gaps)} gaps became {shown} rows of the day")
    missing_s = sum(end - start for start, end in told.missing) / RATE_HZ
    return Verdict(
        hours, told.deaths, told.power_cuts, len(told.kept), moments, missing_s, len(gaps), faults
    )


def live(home: Path, hours: float, kills: int, seed: int, environment: dict[str, str]) -> Told:
    """One life after the other, to the end of the world."""
    chance = random.Random(seed)
    told = Told()
    block, boot_block = 0, 0
    wall_ms: int | None = 1_790_000_000_000
    last = round(hours * BLOCKS_AN_HOUR)
    while block < last:
        born = Born(str(home), chance.randrange(1 << 30), seed, hours, block, boot_block, wall_ms)
        # As many lives as kills, whatever a machine's speed: killed at a place, not at a time.
        until = block + chance.randrange(round(1.4 * last / max(1, kills))) + 1
        # The last life is left to end: after it, nobody would tell what was missed.
        is_killed = told.deaths < kills and until < last - 3000
        end, wall_ms = one_life(born, until if is_killed else None, told, environment)
        away = chance.randrange(5, 300)
        block = end + away
        if told.paused_at_death:
            told.paused_at_death = False
        elif end < last:
            told.missing.append((end * BLOCK_SAMPLES, min(block, last) * BLOCK_SAMPLES))
        if told.deaths and chance.random() < 0.1:
            boot_block, told.power_cuts = block, told.power_cuts + 1
            wall_ms = chance.choice((None, wall_ms))
            (runtime_folder(home) / FILE_NAME).unlink(missing_ok=True)
    return told


def one_life(
    born: Born, until: int | None, told: Told, environment: dict[str, str]
) -> tuple[int, int | None]:
    """From birth to SIGKILL; the block of its last word, and its wall clock then."""
    command = [sys.executable, "-m", "bench.capture.life", json.dumps(asdict(born))]
    block, wall_ms, paused_from = born.block, born.wall_ms, None
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    ) as process:
        for line in _lines(process, until):
            block, wall_ms = line.get("block", block), line.get("wall_ms", wall_ms)
            _note(line, told)
            if line["kind"] == "paused":
                if line["on"] and block == born.block:  # it was killed as it paused
                    told.paused.append((told.died_at, block * BLOCK_SAMPLES))
                if not line["on"] and paused_from is not None:
                    told.paused.append((paused_from, block * BLOCK_SAMPLES))
                paused_from = block * BLOCK_SAMPLES if line["on"] else None
        code = process.wait()
        if paused_from is not None:  # and the next life, still paused, goes on from here
            told.paused.append((paused_from, block * BLOCK_SAMPLES))
            told.paused_at_death = True
        if code == 0:
            return round(born.hours * BLOCKS_AN_HOUR), wall_ms
    told.deaths += 1
    told.died_at = block * BLOCK_SAMPLES
    return block, wall_ms


def _lines(process: "subprocess.Popen[str]", until: int | None) -> Iterator[dict[str, Any]]:
    """The lines that it says, or had said when it was killed: the last line may be torn."""
    assert process.stdout is not None
    for line in process.stdout:
        try:
            said = json.loads(line)
        except ValueError:
            return
        yield said
        if until is not None and said.get("block", 0) >= until:
            # Not between two lines, but somewhere in what follows.
            threading.Timer(random.random() * 0.02, process.kill).start()
            until = None


def _note(line: dict[str, Any], told: Told) -> None:
    match line:
        case {"kind": "kept", "keep": keep, "revision": revision, "span": [start, end]}:
            told.kept[keep, revision] = (start, end)
        case {"kind": "taken_back", "keep": keep}:
            told.taken_back.add(keep)
        case {"kind": "missing", "block": block}:
            start, end = (block - 1) * BLOCK_SAMPLES, block * BLOCK_SAMPLES
            if told.missing and told.missing[-1][1] == start:
                start, _ = told.missing.pop()
            told.missing.append((start, end))


def clips(spool: Spool, world: World) -> dict[str, list[Span]]:
    """The clips in the spool, by moment, in places of the world."""
    found = {}
    for letter in spool.waiting():
        if letter.kind == "clip":
            clip, pcm = read_clip(letter.path)
            if len(pcm) == 0:  # killed as it began: nothing is in it
                continue
            found[clip.id] = [(it.true, it.true + it.samples) for it in world.stretches(pcm)]
    return found


def lost(told: Told, found: dict[str, list[Span]], world: World) -> Iterator[str]:
    """Lost keeps: what the light confirmed, less what was missed, must be in the clip.

    Up to the press it was durable when that was said; in the end the clip is cut between
    sentences, so that up to a second of silence may be missing there.
    """
    for (keep, revision), (start, end) in told.kept.items():
        if keep in told.taken_back:
            continue
        if keep not in found:
            yield f"{keep}.{revision} was confirmed and is not there"
            continue
        # A loss is an estimate: a block beside each hole may lie in the hole.
        wanted = _without((start, end), [(a - EDGE, b + EDGE) for a, b in told.missing])
        for part in (absent for each in wanted for absent in _without(each, found[keep])):
            silent = world.sound(part[0], part[1] - part[0]).max() < LOUD // 2
            if not silent or part[0] < end - RATE_HZ:
                yield f"{keep}.{revision}: {part} was confirmed and is not in it"


def twice(found: dict[str, list[Span]]) -> Iterator[str]:
    """No sound is in two moments."""
    ranges = [(a, b, keep) for keep, spans in found.items() for a, b in spans]
    for one, other, samples in overlaps(ranges):
        yield f"{samples} samples are in {one} and in {other}"


def gap_spans(spool: Spool) -> list[Span]:
    """Every gap that was written down, in places of the world, by its boot's own clock."""
    found = []
    for letter in spool.waiting():
        if letter.kind != "fact":
            continue
        fact = read_fact(letter.path)
        if fact.kind == "gap_found":
            start = _place(fact.recorded.boot, fact.recorded.boottime_ms)
            length = fact.details["duration_ms"]
            ended = fact.ended
            if isinstance(length, int):
                found.append((start, start + length * RATE_HZ // 1000))
            elif ended is not None:
                found.append((start, _place(ended.boot, ended.boottime_ms)))
    return found


def unshown(told: Told, gaps: list[Span]) -> Iterator[str]:
    """Every second that was missed, and was not paused, lies in a gap."""
    for start, end in told.missing:
        for part in _without((start + EDGE, end - EDGE), told.paused):
            if part[1] > part[0] and _uncovered(part, gaps) > EDGE:
                at_s, seconds = part[0] / RATE_HZ, (part[1] - part[0]) / RATE_HZ
                yield f"{seconds:.1f} s were missed from {at_s:.1f} s on, and no gap says so"


async def drain(home: Path) -> tuple[int, int]:
    """A worker, at last: how many moments and how many gaps the archive has then."""
    async with working(Home(home), Settings(), models=FakeModels()) as worker:
        await worker.drain()
    async with open_archive_to_read(home) as archive:
        moments, intervals = await archive.moments(), await archive.intervals()
    return len(moments), sum(each.kind == "gap" for each in intervals)


def _place(boot: str | None, boottime_ms: int | None) -> int:
    assert boot is not None
    assert boottime_ms is not None
    return int(boot) * BLOCK_SAMPLES + boottime_ms * RATE_HZ // 1000


def _without(span: Span, holes: list[Span]) -> list[Span]:
    """The rest of a span."""
    left = [span]
    for start, end in holes:
        left = [
            part
            for a, b in left
            for part in ((a, min(b, start)), (max(a, end), b))
            if part[0] < part[1]
        ]
    return left


def _uncovered(span: Span, covers: list[Span]) -> int:
    """The number of samples of a span that none of these hold."""
    return sum(b - a for a, b in _without(span, covers))


if __name__ == "__main__":
    raise SystemExit(main())
