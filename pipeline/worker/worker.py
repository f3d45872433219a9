"""What the worker does: it turns letters of the spool into moments."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Collection, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.clock import Clock
from core.errors import ArchiveInDoubt, ArchiveUnusable, ModelMissing, UserError
from core.log import get_log
from core.sockets.socket_client import Told
from pipeline.media import Handling
from pipeline.refining.for_peers import WorkForPeers
from pipeline.refining.hearing_again import HearingAgain, ToRefine
from pipeline.search.found import Found, Wanted
from pipeline.spool.names import without_words
from pipeline.spool.opening import LetterBroken
from pipeline.spool.order import Kind, Turn
from pipeline.spool.spool import Letter, Spool
from pipeline.spool.tries import Conditions, Why
from pipeline.store.port import Archive
from pipeline.store.sqlite.connection import understood
from pipeline.store.work_port import Work
from pipeline.worker.again import HearAgain, try_again
from pipeline.worker.at_a_time import OneAtATime, SomeAtATime, mine_first, moment_of, one_ended
from pipeline.worker.backoff import GIVE_UP_AFTER
from pipeline.worker.clock_correction import visitors_time
from pipeline.worker.embedding_anew import EmbeddingAnew
from pipeline.worker.failing import Failing, log_fault
from pipeline.worker.ingest import Ingest, Lent
from pipeline.worker.model_process import Models, ModelsFailed
from pipeline.worker.resting import Resting
from pipeline.worker.searching import Searching
from pipeline.worker.today import today

if TYPE_CHECKING:
    from pipeline.selection.verdict import Verdict
    from pipeline.worker.judging import Candidate, Judging

LOOK_EVERY_S = 2.0
"""How often the spool is looked at without a wake: a lost wake costs this much."""

SCRUB_EVERY_S = 10.0
"""How often a forget that is not finished is gone on with. Nobody can write meanwhile."""

MOST_NAMED = 20
"""Of what was set aside, in an answer; `doctor` and the folder have more."""

RETRY_AFTER_S = 30.0
"""How long a letter rests on which somebody has to act first (a missing model, a full disk)."""


class Worker:
    """Drains the spool and tells whoever listens what happens.

    Made by `service.working`, which holds the archive's lock. Belongs to one event loop.
    """

    def __init__(
        self,
        archive: Archive,
        models: Models,
        spool: Spool,
        clock: Clock,
        conditions: Callable[[], Conditions] = Conditions,
    ) -> None:
        self.models = models
        self.spool = spool
        self.handling = Handling()
        self.searching = Searching(spool.folder.parent, models)
        self.trouble: UserError | None = None
        self._archive = archive
        self._clock = clock
        self._looked_s = 0.0
        self._scrubbed_s = clock.monotonic_s()
        self._resting = Resting(clock)
        self._in_the_way: set[str] = set()
        self._lacking: dict[Kind, ModelMissing] = {}
        self._without_models: set[str] = set()
        self._lent = frozenset[str]()
        self.for_peers: WorkForPeers | None = None
        self._failing = Failing(spool.folder, clock, conditions)
        self._again = HearAgain(archive, spool, clock)
        self._anew = EmbeddingAnew(archive, models, clock)
        self._hearing_again = HearingAgain(archive, models, spool.folder, self.report)
        self._ingest = Ingest(archive, models, spool, self.report)
        self.keeps_others = False
        self._listeners: set[asyncio.Queue[dict[str, Any]]] = set()
        self._woken = asyncio.Event()
        self._working = asyncio.Lock()

    async def drain(self, mine: Collection[Path] | None = None) -> None:
        """Work on everything that is due and does not rest.

        One long letter at a time, and beside it whatever is short, clips several at a time: the
        models do the short work between two pieces of the long. With `mine`, those letters go
        first, and once they are worked on the rest is left to the next worker. Raises UserError
        where somebody has to act first.
        """
        async with (
            self._working,
            OneAtATime(self._take) as long,
            SomeAtATime(self._take) as clips,
        ):
            self._lacking.clear()
            self._without_models.clear()
            while True:
                self._lent = await self._ingest.lent()
                letters = self._look() if mine is None else mine_first(self._look(), mine)
                short = clips.others(each for each in letters if each.turn < Turn.LONG)
                long.begin(each for each in letters if each.turn == Turn.LONG)
                if short:
                    await self._take_in_order(short, clips)
                elif in_work := [*long.tasks, *clips.tasks]:
                    await one_ended(in_work, self._woken, LOOK_EVERY_S)
                else:
                    break
            for missing in self._lacking.values():
                raise missing
            self.trouble = None

    async def do_short_work(self) -> None:
        """Work on what is short and due, until cancelled: its process is at something else.

        Returns where somebody has to act first; whoever drains next is told.
        """
        with contextlib.suppress(UserError):
            while True:
                async with self._working, SomeAtATime(self._take) as clips:
                    self._lent = await self._ingest.lent()
                    short = [each for each in self._look() if each.turn < Turn.LONG]
                    await self._take_in_order(short, clips)
                    await clips.finish()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), 0 if short else LOOK_EVERY_S)

    async def work(self) -> None:
        """Drain whenever there is something, until cancelled."""
        while True:
            pause_s = LOOK_EVERY_S
            try:
                await self._hear_again()
                await self.drain()
                await self.scrub_again()
                if self.for_peers is not None:
                    await self.for_peers.step(self.handling)
                if await self._anew.step():
                    pause_s = 0.0
            except ArchiveInDoubt:  # only a worker that opens it anew can know more
                raise
            except UserError as error:
                pause_s = RETRY_AFTER_S
                self._note_trouble(error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), pause_s)
            self._woken.clear()

    async def scrub_again(self) -> None:
        """Finish a forget that had to leave something because somebody was reading."""
        now_s = self._clock.monotonic_s()
        if now_s - self._scrubbed_s >= SCRUB_EVERY_S:
            self._scrubbed_s = now_s
            await self._archive.scrub()

    def wake(self) -> None:
        """Look at the spool now."""
        self._woken.set()

    def status(self) -> dict[str, Any]:
        """How things stand, in numbers."""
        return {
            "process": os.getpid(),
            "waiting": self.spool.waiting_count(),
            "oldest_s": self._oldest_s(),
            "cpu_s_per_sound_s": self._ingest.pace.cpu_s_per_sound_s,
            "aside": self.spool.aside_count(),
            "set_aside": [
                {"letter": each.path.name, "reason": each.reason}
                for each in self.spool.aside(MOST_NAMED)
            ],
            "working": self._working.locked(),
            "hearing": sorted(self._ingest.hearing),
            "trouble": None if self.trouble is None else str(self.trouble),
            "resting": [{"letter": each, "reason": why} for each, why in self.resting().items()],
            "failing": self._failing.told(),
            "embedding_anew": self._anew.told(),
        }

    async def today(self) -> dict[str, Any] | None:
        """What of today is in the archive; None while the clock is not set."""
        return await today(self._archive, self._clock)

    def _oldest_s(self) -> float | None:
        """How long the oldest of what waits has been waiting, as the wall clock has it."""
        posted_ms, now_ms = self.spool.oldest_ms(), self._clock.now_ms()
        if posted_ms is None or now_ms is None:
            return None
        return max(0, now_ms - posted_ms) / 1000

    def resting(self) -> dict[str, str]:
        """By name, the letters that were tried and wait for another time, and why."""
        return self._resting.reasons()

    async def try_again(self, moment: str | None) -> int:
        """Give the models once more what they failed on, now; how many moments. Raises NotFound."""
        count = await try_again(self._archive, self.spool, self.handling, moment)
        self.wake()
        return count

    async def hear_again(self, asked: ToRefine) -> str:
        """What a larger model made of a moment. Raises NotFound, ModelsFailed, UserError."""
        return await self._hearing_again.hear(asked, self.handling)

    async def judge(self, candidate: "Candidate") -> "Verdict":
        """What becomes of an utterance that nobody pressed for, as `Judging.judge`."""
        with understood(self.spool.folder.parent):
            return await self._judging.judge(candidate)

    @cached_property
    def _judging(self) -> "Judging":
        """Made as the first is judged: without selection, nothing of it is loaded."""
        from pipeline.worker.judging import Judging  # noqa: PLC0415

        past, behind = self.searching.passages, lambda: self._working
        made = Judging(self._archive, self.models, self._ingest, behind, past)
        made.keeps_others = self.keeps_others
        return made

    def share(self, work: Work, *, is_slow: bool) -> None:
        """Leave alone what peers have on lease, and do what was taken on of theirs."""
        if is_slow:
            self._ingest.go_slowly()
        spool = self.spool.folder
        self.for_peers = WorkForPeers(self._archive, work, self.models, spool, self.report)
        self._ingest.lent = lambda: work.lent(self._clock.recorded_now())

    async def search(self, wanted: Wanted) -> Found:
        """What the archive has for another process."""
        return await self.searching.search(wanted)

    async def hear_time(self, at_ms: int, utc_offset_min: int | None) -> Told:
        """What a trusted visitor's clock says. Raises WrongUsage where that is no time."""
        return await visitors_time(self._archive, self._clock, at_ms, utc_offset_min)

    @contextlib.contextmanager
    def listening(self) -> Iterator["asyncio.Queue[dict[str, Any]]"]:
        """Events from now on. Who does not keep up loses the oldest, and asks the archive."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(1000)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def report(self, event: dict[str, Any]) -> None:
        """Tell every listener."""
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    async def _hear_again(self) -> None:
        with understood(self.spool.folder.parent):
            await self._again.now_and_then(self._failing.conditions, self.handling)

    def _look(self) -> list[Letter]:
        """What is due now. Raises ArchiveUnusable where the spool cannot be looked at."""
        self._woken.clear()
        self._looked_s = self._clock.monotonic_s()
        try:
            return self._seen()
        except OSError as error:
            sentence = f"The spool cannot be looked at ({error.strerror}): {self.spool.folder}."
            raise ArchiveUnusable(
                sentence, advice="Check its disk; `dmesg` may say more."
            ) from error

    def _seen(self) -> list[Letter]:
        """What is due, after what others left undone was done."""
        for left in self.spool.close_orphans():
            self._tell_once("open_clip_left", left.path, reason=left.reason)
        for moment in self.spool.erase_taken_back():
            get_log().info("taken_back_erased", moment=moment)
        for odd in self.spool.odd():
            self._set_aside(odd.path, odd.reason)
        due = self._resting.ready(self._failing.due(self.spool.waiting()))
        return [
            each
            for each in due
            if each.path.name not in self._without_models and moment_of(each) not in self._lent
        ]

    async def _take_in_order(self, letters: list[Letter], clips: SomeAtATime) -> None:
        """Until something new may have come that goes before them: the folder is read anew then.

        Reading it for each letter would make two thousand of them four million.
        """
        for letter in letters:
            if letter.kind == "clip":
                await clips.room(letter)
                if self._is_to_look():
                    return
            if letter.kind == "clip":
                clips.begin(letter)
            else:
                await self._take(letter)
            if self._is_to_look():
                return

    def _is_to_look(self) -> bool:
        waited_s = self._clock.monotonic_s() - self._looked_s
        return self._woken.is_set() or waited_s >= LOOK_EVERY_S

    async def _take(self, letter: Letter) -> None:
        """One letter, and whatever becomes of it is its own."""
        try:
            with understood(self.spool.folder.parent):
                await self._work_on(letter)
        except FileNotFoundError:
            if os.path.lexists(letter.path):
                self._let_rest(letter, "something that it needs is not there")
        except OSError as error:
            self._let_rest(letter, f"it cannot be worked on now ({error.strerror})")
        self.report({"event": "letter_done", "letter": letter.path.name})

    async def _work_on(self, letter: Letter) -> None:
        before = self._failing.conditions()
        try:
            if letter.kind in self._lacking:
                self._without_models.add(letter.path.name)
                await self._ingest.take_without_models(letter)
                return
            await self._ingest.take(letter)
            self._resting.over(letter)
        except Lent:
            self._lent |= {moment_of(letter)}
        except LetterBroken as error:
            self._give_up(letter, error.reason)
        except ModelsFailed as error:
            if self._has_failed(letter, error.why, before):
                await self._ingest.give_up(letter)
        except ModelMissing as error:  # what needs another model goes on
            self._lacking[letter.kind] = error
            self._without_models.add(letter.path.name)
        except (UserError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours on one letter stops no other
            log_fault(letter, error)
            if self._has_failed(letter, "fault", before):
                self._give_up(letter, f"something broke on it {GIVE_UP_AFTER} times")

    def _let_rest(self, letter: Letter, reason: str) -> None:
        """The disk may give it another time: nothing is given up, and nothing waits for it."""
        rest = self._resting.put(letter, reason)
        name = without_words(letter.path.name)
        get_log().warning("letter_rests", letter=name, reason=reason, seconds=rest.for_s)
        told = {"letter": letter.path.name, "reason": reason, "seconds": rest.for_s}
        self.report({"event": "letter_rests", **told})

    def _give_up(self, letter: Letter, reason: str) -> None:
        if not self._set_aside(letter.path, reason):
            self._let_rest(letter, reason)

    def _set_aside(self, path: Path, reason: str) -> bool:
        """Move it out of the way; False where that cannot be done either."""
        name = without_words(path.name)
        try:
            self.spool.set_aside(path, reason)
        except FileNotFoundError:  # somebody else took it out
            return True
        except OSError as error:
            self._tell_once("not_set_aside", path, reason=reason, why=error.strerror)
            return False
        get_log().error("letter_set_aside", letter=name, reason=reason)
        self.report({"event": "letter_set_aside", "letter": path.name, "reason": reason})
        return True

    def _tell_once(self, event: str, path: Path, **about: str | None) -> None:
        """Log what stays as it is at every look, once."""
        if path.name not in self._in_the_way:
            self._in_the_way.add(path.name)
            get_log().error(event, letter=without_words(path.name), **about)

    def _has_failed(self, letter: Letter, why: Why, before: Conditions) -> bool:
        """True where that was the last time; until then it waits, and is told."""
        if not letter.path.exists():  # forgotten meanwhile
            return False
        tries = self._failing.note(letter.path, why, before)
        self.report({"event": "letter_failed", "letter": letter.path.name, "tries": tries.count})
        return tries.count >= GIVE_UP_AFTER

    def _note_trouble(self, error: UserError) -> None:
        if str(error) != str(self.trouble):
            get_log().error("letters_wait", reason=error.code)
        self.trouble = error
        self.report({"event": "trouble", "code": error.code, "sentence": str(error)})
