"""One archive, and every act that is done to it and killed."""

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.clock import SystemClock
from core.moment import Transcript
from core.paths import Home
from core.sockets.socket_client import answers
from core.spool_port import Clip, TypedText
from pipeline import media
from pipeline.spool.spool import Spool
from pipeline.store import acts
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from pipeline.store.sqlite.archive import open_archive
from tests.journeys.capturing import capture, press_after_the_sentence
from tests.journeys.command import PILL_BOX, afterthought
from tests.journeys.kills.killing import Ended, Running, kill_family
from tests.journeys.kills.oracle import Change, Promised, State, verify
from tests.wav import write_wav

LINES = 300
"""Of an import: more than one letter of the spool, and more than one transaction of each."""

TOGETHER = 70
"""Moments that are kept as one act, and taken back as one: more than one batch of the worker."""


@dataclass(frozen=True, slots=True)
class Act:
    """A command to be killed: how, what it may change, and what its printed lines promise."""

    arguments: tuple[str, ...]
    change: Change = field(default_factory=Change)
    most_lines: int = 1
    confirm: Callable[[dict[str, Any]], None] = lambda _: None
    kill: Callable[["Act", float], Ended] | None = None
    afterwards: Callable[[], Iterator[str]] = lambda: iter(())


class Stage:
    """Does acts to one archive, each killed, and says what was wrong after each."""

    def __init__(self, home: Path, scratch: Path, chance: random.Random) -> None:
        self._home = Home(home)
        self._scratch = scratch
        self._chance = chance
        self._promised = Promised()
        self._number = 0
        self._voice = np.concatenate(list(media.decode(PILL_BOX)))

    def note_s(self) -> float:
        """How long a note takes here and now, when nobody kills it."""
        began_s = time.monotonic()
        ended = Running(self._home.path, self._scratch, "note", "how long a note takes").end()
        assert not list(ended.wrong(1)), ended
        assert not verify(self._home.path, self._promised, Change(most_new=1))
        return time.monotonic() - began_s

    def kill(self, name: str, at_s: float) -> tuple[Ended, list[str]]:
        """Do an act, kill it at that time, go on with another command, and look."""
        self._number += 1
        act: Act = getattr(self, f"_{name}")()
        ended = (act.kill or self._kill)(act, at_s)
        for line in ended.lines:
            act.confirm(line)
        problems = [*ended.wrong(act.most_lines), *self._next(act.change)]
        problems += [*self._again("process", "--once")]
        problems += verify(self._home.path, self._promised, act.change)
        return ended, [*problems, *act.afterwards()]

    def _kill(self, act: Act, at_s: float) -> Ended:
        return Running(self._home.path, self._scratch, *act.arguments).kill(at_s)

    def _next(self, change: Change) -> Iterator[str]:
        """Whatever the wearer does next: it works, and sees a sound archive."""
        text = f"the next thing {self._number}"
        arguments = self._chance.choice(
            (("process", "--once"), ("check",), ("list",), ("log",), ("rebuild",), ("note", text))
        )
        if arguments[0] == "note":
            self._promised.keys.add(("typed", text))
            change.most_new += 1
        yield from self._again(*arguments)

    def _again(self, *arguments: str) -> Iterator[str]:
        ran = afterthought("--home", self._home.path, *arguments)
        if ran.status != 0 or "Traceback" in ran.err:
            yield f"Then {arguments[0]} ended with {ran.status}: {ran.out[-300:]} {ran.err[-300:]}"

    # What is kept

    def _note(self) -> Act:
        text = f"noteword{self._number} about the siren"
        return Act(("note", text), Change(most_new=1), confirm=self._promise("typed", text))

    def _promise(self, *key: str) -> Callable[[dict[str, Any]], None]:
        """Once a line is printed, a moment of this key is owed."""
        return lambda _: self._promised.keys.add(key)

    def _keep(self) -> Act:
        path = self._scratch / f"voice-{self._number}.wav"
        self._write_voice(path)
        confirm = self._promise("file", path.name)
        return Act(("keep", str(path)), Change(most_new=1), confirm=confirm)

    def _write_voice(self, path: Path) -> None:
        """No two sound alike."""
        noise = self._number * 100 + np.arange(self._voice.size) % 7
        write_wav(path, np.clip(self._voice + noise % 97, -32768, 32767).astype(np.int16))

    def _hear(self) -> Act:
        arguments = ("hear", str(PILL_BOX), "--press-at", "2.5")
        return Act(arguments, Change(most_new=1), 2, self._promise_id)

    def _promise_id(self, line: dict[str, Any]) -> None:
        if "id" in line:
            self._promised.ids.add(line["id"])

    def _import(self) -> Act:
        path = self._scratch / f"lines-{self._number}.jsonl"
        lines = ({"text": f"line {n} of {path.name}", "ref": str(n)} for n in range(LINES))
        path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

        def confirm(line: dict[str, Any]) -> None:
            self._promised.keys.add(("imported", path.name, line["ref"]))

        return Act(
            ("import", str(path)),
            Change(most_new=LINES),
            LINES,
            confirm,
            afterwards=lambda: self._after_import(path),
        )

    def _after_import(self, path: Path) -> Iterator[str]:
        """What came of it is one act; and whoever saw no end of it imports it again."""
        yield from asyncio.run(_there_and_back(self._home.path, path.name))
        yield from self._again("import", str(path))
        lines = {("imported", path.name, str(n)) for n in range(LINES)}
        self._promised.keys |= lines
        yield from verify(self._home.path, self._promised, Change(most_new=LINES))

    # What is taken back, and gone

    def _hide(self) -> Act:
        return self._of("hide", self._typed(1), "hidden")

    def _restore(self) -> Act:
        typed = self._typed(1)
        asyncio.run(_hidden(self._home.path, next(iter(typed))))
        return self._of("restore", typed, "visible")

    def _forget(self) -> Act:
        typed = self._typed(3)
        change = Change(typed, "gone")
        arguments = ("forget", *typed, "--yes")
        return Act(arguments, change, confirm=lambda _: _confirm(change))

    def _of(self, command: str, typed: dict[str, str], to: State) -> Act:
        change = Change(typed, to)
        return Act((command, *typed), change, confirm=lambda _: _confirm(change))

    def _undo(self) -> Act:
        change = Change(self._typed(TOGETHER), "hidden")
        return Act(("undo",), change, confirm=lambda _: _confirm(change))

    def _redo(self) -> Act:
        typed = self._typed(TOGETHER)
        asyncio.run(_undone(self._home.path))
        self._promised.states |= dict.fromkeys(typed, "hidden")
        change = Change(typed, "visible")
        return Act(("redo",), change, confirm=lambda _: _confirm(change))

    def _typed(self, count: int) -> dict[str, str]:
        """Moments kept in one act, whose words are nowhere else; words by id."""
        salt = self._chance.getrandbits(40)
        words = [f"word{self._number}x{each}y{salt}" for each in range(count)]
        typed = asyncio.run(_kept(self._home.path, words))
        self._promised.states |= dict.fromkeys(typed, "visible")
        return typed

    # What works on all of it

    def _rebuild(self) -> Act:
        return Act(("rebuild",))

    def _check(self) -> Act:
        return Act(("check",))

    def _process(self) -> Act:
        """The worker alone; the texts and the sound that wait for it were confirmed."""
        spool, clock = Spool(self._home.spool), SystemClock()
        for letter in range(3):
            texts = [
                TypedText(
                    drafts.new_moment_id(),
                    "typed",
                    f"waiting {self._number} {letter} {each}",
                    clock.recorded_now(),
                )
                for each in range(TOGETHER)
            ]
            spool.post_texts(drafts.new_act_id(), texts)
            self._promised.keys |= {("typed", each.text) for each in texts}
        clip = Clip(drafts.new_moment_id(), "press", clock.recorded_now())
        spool.post_clip(clip, [self._voice])
        self._promised.ids.add(clip.id)
        return Act(("process", "--once"), Change(most_new=3 * TOGETHER + 1), most_lines=0)

    # What runs as a service

    def _capture(self) -> Act:
        return Act(("capture",), Change(most_new=1), 0, self._promise_id, self._kill_capture)

    def _kill_capture(self, _: Act, at_s: float) -> Ended:
        """Kill it so long after a press; confirmed is what it told to be kept."""
        with capture(self._home) as (service, line):
            taken = press_after_the_sentence(self._home, line)
            time.sleep(at_s)
            kill_family(service.pid)
            kept = [event["keep"] for event in line.rest() if event["event"] == "kept"]
            assert set(kept) <= {taken["keep"]}
            lines = [{"id": each} for each in kept]
            return Ended(service.wait(), lines, "", in_time=True, took_s=at_s)

    def _press(self) -> Act:
        return Act(("press",), Change(most_new=1), 1, self._promise_keep, self._kill_press)

    def _promise_keep(self, line: dict[str, Any]) -> None:
        self._promised.ids.add(line["keep"])

    def _kill_press(self, act: Act, at_s: float) -> Ended:
        """Kill the command, not capture, which is ended as its unit ends it."""
        with capture(self._home) as (service, line):
            line.until(lambda event: event.get("speaking") is True)
            line.until(lambda event: event.get("speaking") is False)
            ended = self._kill(act, at_s)
            service.terminate()
            service.wait()
            return ended

    def _run(self) -> Act:
        """An import by the worker that `run` has started, when all that runs there is killed."""
        act = self._import()
        return Act(act.arguments, act.change, LINES, act.confirm, self._kill_run, act.afterwards)

    def _kill_run(self, act: Act, at_s: float) -> Ended:
        port = str(20_000 + self._chance.randrange(20_000))
        services = Running(
            self._home.path, self._scratch, "run", "--replay", str(PILL_BOX), "--port", port
        )
        while not answers(self._home.worker_socket) and not services.is_over():
            time.sleep(0.05)
        importing = Running(self._home.path, self._scratch, *act.arguments)
        time.sleep(at_s)
        in_time = not importing.is_over()
        services.kill_now()
        return replace(importing.end(), in_time=in_time)


def _confirm(change: Change) -> None:
    change.is_confirmed = True


async def _kept(home: Path, words: list[str]) -> dict[str, str]:
    act, now = drafts.new_act_id(), SystemClock().recorded_now()
    kept = [
        Kept(drafts.new_moment_id(), "typed", now, transcript=Transcript(each), act=act)
        for each in words
    ]
    async with open_archive(home) as archive:
        await archive.append(*[drafts.moment_kept(each, author="wearer") for each in kept])
    return {each.id: text for each, text in zip(kept, words, strict=True)}


async def _hidden(home: Path, moment: str) -> None:
    async with open_archive(home) as archive:
        await acts.hide(archive, await archive.moment(moment))


async def _undone(home: Path) -> None:
    async with open_archive(home) as archive:
        await acts.undo(archive)


async def _there_and_back(home: Path, source: str) -> list[str]:
    """Undo what came of an import, and redo it; a sentence where that was more than one act."""
    async with open_archive(home) as archive:

        async def seen() -> set[str]:
            return {row.id for row in await archive.moments() if row.source == source}

        before = await seen()
        if not before:
            return []
        row = next(row for row in await archive.moments() if row.id in before)
        await acts.undo(archive, f"{row.kept_origin}:{row.kept_seq}")
        left = await seen()
        await acts.redo(archive)
        back = await seen() == before
    problems = [f"One undo left {len(left)} of {len(before)} lines."] if left else []
    return problems if back else [*problems, "Redo did not bring all of it back."]
