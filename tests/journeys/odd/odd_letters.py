"""Everything odd in every folder of a home: the commands go on, and everything else gets in.

Each trial is a process of its own, forked, so that whatever hangs or breaks in it is seen.
"""

import asyncio
import json
import multiprocessing
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from core.clock import Recorded
from core.paths import runtime_folder
from core.spool_port import Clip, TypedText
from pipeline.spool.spool import Spool
from pipeline.store.format.drafts import new_moment_id
from pipeline.store.sqlite.reader import open_archive_to_read
from tests.journeys.command import Ran, afterthought
from tests.journeys.flips.commands import in_this_process
from tests.journeys.odd.places import PLACES, WAITING, Place
from tests.pipeline.spool.odd_things import NO_FILES, Maker

Run = Callable[..., Ran]

PATIENCE_S = 30.0
"""A trial takes half a second; what takes so long hangs, on any machine."""

REAL_PATIENCE_S = 300.0
"""Eight real commands, each of which loads models anew."""

TOGETHER = 6
"""So many odd things at once, in a trial of several."""

_MAY_TELL = {"doctor", "check", "forget"}
"""Status 1 of these says what was found, or that the moment is forgotten already."""

BEFORE, NOTED, GONE = "kept before", "noted after", "to be forgotten"
WAITS = "a note that waits"


def _deep(path: Path) -> None:
    path.write_bytes(b"[" * 300_000)


def _garbage(path: Path) -> None:
    path.write_bytes(random.Random(os.fsencode(path.name)).randbytes(5_000))


def _larger_than_memory(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**40)


def _device(path: Path) -> None:
    """The endless one; whoever may make none has a link to it in another trial."""
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        NO_FILES["link to a device"](path)


def _odd_clip(path: Path) -> None:
    header = json.dumps({"id": "../../escaped", "recorded": {"at_ms": 10**20}}).encode()
    path.write_bytes(b"AFTCLIP1" + len(header).to_bytes(4, "little") + header)


KINDS: dict[str, Maker] = {
    **NO_FILES,
    "device": _device,
    "empty file": Path.touch,
    "garbage": _garbage,
    "deep JSON": _deep,
    "larger than memory": _larger_than_memory,
    "clip of another": _odd_clip,
}


@dataclass(frozen=True, slots=True)
class Trial:
    """What lay where, and what was wrong then."""

    odd: tuple[tuple[Place, str], ...]
    faults: tuple[str, ...]
    is_real: bool = False

    def __str__(self) -> str:
        return ", ".join(f"{kind} at {place.root}:{place.name!r}" for place, kind in self.odd)


def every_one() -> list[tuple[tuple[Place, str], ...]]:
    """Each kind in each place, alone."""
    return [((place, kind),) for place in PLACES for kind in KINDS]


def several(chance: random.Random, count: int) -> Iterator[tuple[tuple[Place, str], ...]]:
    """So many trials with several odd things at once, none of them vital."""
    places = [place for place in PLACES if not place.vital]
    for _ in range(count):
        chosen = _apart(chance.sample(places, TOGETHER))
        yield tuple((place, chance.choice(list(KINDS))) for place in chosen)


def trials(
    scratch: Path, planned: Sequence[tuple[tuple[Place, str], ...]], *, real_each: int = 0
) -> Iterator[Trial]:
    """Try each of these; with `real_each`, one in so many by real commands."""
    template = scratch / "template"
    _fill(template)
    for number, odd in enumerate(planned):
        is_real = bool(real_each) and number % real_each == real_each - 1
        home = scratch / f"home-{number}"
        shutil.copytree(template, home)
        yield Trial(odd, _in_a_fork(home, odd, is_real=is_real), is_real)
        shutil.rmtree(home)
        shutil.rmtree(runtime_folder(home), ignore_errors=True)


def _fill(home: Path) -> None:
    """Three moments, one of them a sound; a note and a clip that wait."""
    for text in (BEFORE, GONE):
        _must(in_this_process("--home", str(home), "note", text))
    spool = Spool(home / "spool")
    spool.post_clip(Clip(new_moment_id(), "file", Recorded(5, 0)), [np.ones(8_000, np.int16)])
    _must(in_this_process("--home", str(home), "process", "--once"))
    spool.post_clip(Clip(WAITING, "file", Recorded(5, 0)), [np.ones(16_000, np.int16)])
    spool.post_texts("ba7c4ba7c4", [TypedText("ba7c4ba7c4-0", "typed", WAITS, Recorded(5, 0))])


def _in_a_fork(home: Path, odd: tuple[tuple[Place, str], ...], *, is_real: bool) -> tuple[str, ...]:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    context = multiprocessing.get_context("fork")
    child = context.Process(target=_try, args=(theirs, home, odd, is_real))
    child.start()
    theirs.close()
    try:
        patience_s = REAL_PATIENCE_S if is_real else PATIENCE_S
        return ours.recv() if ours.poll(patience_s) else ("it hangs",)
    except EOFError:
        return ("its process ended",)
    finally:
        child.kill()
        child.join()
        ours.close()


def _try(told: Connection, home: Path, odd: tuple[tuple[Place, str], ...], is_real: bool) -> None:  # noqa: FBT001 - as multiprocessing passes it
    told.send(_Trying(home, afterthought if is_real else in_this_process).faults(odd))


class _Trying:
    """One trial, and the faults that it finds."""

    def __init__(self, home: Path, run: Run) -> None:
        self._home = home
        self._run = run
        self._found: list[str] = []

    def faults(self, odd: tuple[tuple[Place, str], ...]) -> tuple[str, ...]:
        """What goes wrong while these lie there, and after the vital ones were moved away."""
        is_vital = any(place.vital for place, _ in odd)
        backs = [self._put(place, KINDS[kind]) for place, kind in odd]
        self._act(may_refuse=is_vital)
        if is_vital:
            for put_back in backs:
                put_back()
            self._act(may_refuse=False)
        else:
            self._look_for_names([Path(place.name).name for place, _ in odd if place.named])
        self._look_for_moments()
        return tuple(self._found)

    def _put(self, place: Place, make: Maker) -> Callable[[], None]:
        """Lay it there, what lay there before beside it; what puts that back."""
        root = self._home if place.root == "home" else runtime_folder(self._home)
        path, before = root / place.name, root / "before-it"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.path.lexists(path):
            path.rename(before)
        make(path)

        def put_back() -> None:
            if os.path.lexists(path):
                path.rename(root / "was-odd")
            if os.path.lexists(before):
                before.rename(path)

        return put_back

    def _act(self, *, may_refuse: bool) -> None:
        for arguments in (
            ("process", "--once"),
            ("note", NOTED),
            ("list",),
            ("search", "kept"),
            ("log",),
            ("forget", self._id_of(GONE), "--yes"),
            ("doctor",),
            ("check",),
        ):
            ran = self._run("--home", str(self._home), "--json", *arguments)
            if "Something broke" in ran.out + ran.err or "Traceback" in ran.err:
                self._found.append(f"{arguments[0]}: {(ran.out + ran.err)[-300:]}")
            elif (
                ran.status and not may_refuse and arguments[0] not in {"doctor", "check", "forget"}
            ):
                self._found.append(f"{arguments[0]}: status {ran.status}: {ran.out[-200:]}")

    def _id_of(self, text: str) -> str:
        rows = dict(_rows(self._home))
        nobodys = "no-id"  # one that could begin an id would mean whatever begins so
        return next((moment for moment, said in rows.items() if said == text), nobodys)

    def _look_for_names(self, names: Sequence[str]) -> None:
        said = self._run("--home", str(self._home), "doctor").out.encode(errors="replace").decode()
        for name in names:
            shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            if shown.removesuffix(".open") not in said:  # nobody writes it, so it is a clip
                self._found.append(f"doctor does not name {name!r}")

    def _look_for_moments(self) -> None:
        said = [text for _, text in _rows(self._home)]
        missing = Counter([BEFORE, NOTED, WAITS, "", ""]) - Counter(said)  # nobody speaks in clips
        if missing:
            self._found.append(f"missing: {[*missing.elements()]}")
        if GONE in said:
            self._found.append("not forgotten")


def _rows(home: Path) -> list[tuple[str, str]]:
    async def read() -> list[tuple[str, str]]:
        async with open_archive_to_read(home) as archive:
            return [(row.id, row.text) for row in await archive.moments(hidden=True)]

    try:
        return asyncio.run(read())
    except Exception:  # noqa: BLE001 - the archive itself is what is odd
        return []


def _apart(places: Sequence[Place]) -> list[Place]:
    """Without those that lie under another one of them."""
    names = {(each.root, each.name) for each in places}
    return [
        each
        for each in places
        if not any((each.root, str(above)) in names for above in Path(each.name).parents)
    ]


def _must(ran: Ran) -> None:
    assert ran.status == 0, ran.err
