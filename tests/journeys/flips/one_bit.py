"""One bit of an archive flips, then commands are run: what is lost, broken, unnamed or unmended.

Each flip has a fresh copy of one home. `check` must name it where it hurt anything, every command
must end in a result or in a sentence, whatever was about another moment must be as it was, and
`rebuild` must put a value right again.
"""

import asyncio
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.store.sound_files import file_sha256, sound_path
from tests.journeys.command import Ran
from tests.wav import write_wav

from .bits import Flip, flip_somewhere
from .commands import Rotation, as_a_process, in_this_process, rotation, value_of
from .filled_home import Filled, fill
from .stored_rows import Rows, hurt, journal_of, read_rows, says_the_same, sounds_of

COMMANDS_A_FLIP = 4

HARMLESS = frozenset({"moment_change", "scrub_due", "sound_due", "install", "sqlite_sequence"})
"""Tables whose rows say nothing about a moment; `check` need not name their bits."""


@dataclass(frozen=True, slots=True)
class Flipped:
    """One flip, and what was wrong after it: a kind and a sentence each."""

    flip: Flip
    commands: tuple[str, ...]
    is_real: bool
    is_mended: bool
    faults: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Template:
    """The home that each flip has a copy of, and what is in it."""

    home: Path
    sound: Path
    filled: Filled
    rows: Rows
    listed: dict[str, dict[str, Any]]


def make_template(scratch: Path) -> Template:
    """Fill a home, and look at it before anything is damaged."""
    home, sound = scratch / "template", scratch / "tone.wav"
    filled = asyncio.run(fill(home))
    write_wav(sound, (np.sin(np.arange(8_000) / 9) * 9_000).astype(np.int16), 16_000)
    sound.with_name("lines.jsonl").write_text('{"text": "imported line"}\n', encoding="utf-8")
    ran = in_this_process("--home", str(home), "--json", "list", "--hidden")
    assert ran.status == 0, ran
    listed = {each["id"]: each for each in value_of(ran)}
    return Template(home, sound, filled, read_rows(home / "archive.db"), listed)


def flips(scratch: Path, *, seed: int, count: int, real: int) -> Iterator[Flipped]:
    """Flip so many bits one by one; what each came to, as it happens. `real` by processes."""
    template, turns = make_template(scratch), rotation(COMMANDS_A_FLIP)
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        is_real = number * real // count != (number + 1) * real // count
        home = scratch / "home"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(template.home, home)
        flip = flip_somewhere(home / "archive.db", chance)
        yield _Trial(template, home, flip, chance, is_real=is_real).go(next(turns))


class _Trial:
    """One flip: the commands after it, and what is to be said of them."""

    def __init__(
        self, template: Template, home: Path, flip: Flip, chance: random.Random, *, is_real: bool
    ) -> None:
        self._template, self._home, self._flip, self._is_real = template, home, flip, is_real
        run = as_a_process if is_real else in_this_process
        self._rotation = Rotation(run, home, template.sound, chance)
        self._faults: list[tuple[str, str]] = []
        self._damaged = read_rows(home / "archive.db")
        self._victims = hurt(template.rows, self._damaged)
        if flip.subject is not None:
            self._victims.add(flip.subject)

    def go(self, commands: tuple[str, ...]) -> Flipped:
        self._check_names_it()
        for act in commands:
            self._do(act, self._others())
        self._others_are_as_they_were("before rebuild")
        is_mended = self._rebuild()
        self._nothing_is_lost()
        return Flipped(self._flip, commands, self._is_real, is_mended, tuple(self._faults))

    def _others(self) -> list[str]:
        """Moments that the flip was not about; where it was about all, any."""
        free = self._template.listed.keys() - self._victims - self._rotation.touched
        return sorted(free or self._template.listed)

    def _do(self, act: str, moments: list[str]) -> Ran:
        ran = self._rotation.do(act, moments)
        told = (ran.out + ran.err).strip()
        if "Traceback" in told or "Something broke" in told or ran.status not in {0, 1}:
            self._fault("broke", f"{act} ended with {ran.status}: {told[-300:]}")
        elif ran.status and not self._may_refuse(act, told):
            self._fault("refused", f"{act}: {told[-300:]}")
        return ran

    def _may_refuse(self, act: str, told: str) -> bool:
        """A damaged page may stop a command with a sentence; a damaged value, no other moment's."""
        return (
            self._flip.table == "the file"
            or act == "check"
            or (act in {"undo", "redo"} and "not_found" in told)
            or (act == "search" and "keyword index" in told)
        )

    def _check_names_it(self) -> None:
        """Unless it was put right as the archive was opened."""
        ran = self._do("check", self._others())
        now = read_rows(self._home / "archive.db")
        if ran.status == 0 and not says_the_same(self._template.rows, now):
            self._fault("unnamed", "check says that all is as it was")

    def _others_are_as_they_were(self, when: str) -> None:
        ran = self._do("list", self._others())
        if ran.status:
            return
        listed = {each["id"]: each for each in value_of(ran)}
        for moment in self._template.listed.keys() - self._victims - self._rotation.touched:
            if listed.get(moment) != self._template.listed[moment]:
                self._fault("lost", f"{when}: {moment} is {listed.get(moment)}")
        for moment in (self._template.filled.forgotten.keys() - self._victims) & listed.keys():
            self._fault("revived", f"{when}: {moment} was forgotten and is {listed[moment]}")
        for moment in self._rotation.forgotten & listed.keys():
            self._fault("revived", f"{when}: {moment} was forgotten just now")
        for moment, text in self._rotation.kept.items():
            if listed.get(moment, {}).get("text") != text:
                self._fault("lost", f"{when}: the note {moment} is {listed.get(moment)}")

    def _rebuild(self) -> bool:
        """True where all is as it was again; a value has to be."""
        ran = self._do("rebuild", self._others())
        checked = self._do("check", self._others())
        is_mended = ran.status == 0 == checked.status
        if is_mended:
            self._victims = set()
            self._others_are_as_they_were("after rebuild")
        elif self._flip.table != "the file":
            self._fault("unmended", f"{ran.err} {checked.out[:300]}")
        return is_mended

    def _nothing_is_lost(self) -> None:
        gone = self._rotation.at_stake | self._template.filled.forgotten.keys()
        after = journal_of(read_rows(self._home / "archive.db"), self._template.rows)
        for row in journal_of(self._damaged, self._template.rows) - after:
            names = {str(each, "utf-8", "replace") for each in row if isinstance(each, bytes)}
            if not names & gone:
                self._fault("erased", f"a row of {sorted(names & self._template.listed.keys())}")
        may_be_gone = sounds_of(self._template.rows, self._rotation.at_stake)
        for sound in (self._template.home / "sound").glob("*/*.mp4"):
            kept = sound_path(self._home, sound.stem)
            if not kept.exists() and sound.stem not in may_be_gone:
                self._fault("erased", f"the sound {sound.stem[:12]}")
            elif kept.exists() and file_sha256(kept) != sound.stem:
                self._fault("erased", f"the sound {sound.stem[:12]} was altered")

    def _fault(self, kind: str, told: str) -> None:
        self._faults.append((kind, told))
