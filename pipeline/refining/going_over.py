"""`refine`: kept moments heard again by a larger model, the most doubtful first.

Each is in the archive before the next begins, and what is left follows from the archive: stopped
anywhere, the next `refine` goes on there.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from core.command_line import Screen
from core.errors import UserError
from core.paths import Home
from core.settings_file import load
from core.text.counting import counted
from core.text.painted import painted
from pipeline.commands import json_shapes
from pipeline.commands.naming import short_id
from pipeline.commands.progress_bar import Meter
from pipeline.engines.chosen import engine_named
from pipeline.engines.port import LONGEST_S, Engine
from pipeline.refining.by_engine import as_second_model, heard_by
from pipeline.refining.by_worker import ByWorker, DoneS, by_worker
from pipeline.refining.hearing_again import ToRefine
from pipeline.refining.power import read_power, why_to_wait
from pipeline.refining.rules import Candidate, candidate, in_order, why_not
from pipeline.refining.second_model import SecondModel, second_model
from pipeline.spool.spool import Spool
from pipeline.spool.tries import failed_letters
from pipeline.store.format.drafts import new_act_id
from pipeline.store.port import Reader
from pipeline.store.sqlite.connection import understood
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.store.views.moment_fold import MomentRow

IN_A_ROW = 3
"""Moments that cannot be heard, one after the other, before the rest is left."""

_SENTENCES = {
    "same": "{model} heard the same words.",
    "kept": "{model} heard nothing better; the words stay.",
    "changed": "It changed meanwhile, and stays as it is.",
    "written": "You wrote this text yourself; it stays.",
    "no_sound": "Its sound is not here, so it cannot be heard again.",
    "elsewhere": "Its sound is on another machine: `afterthought show ID --fetch` fetches it.",
    "no_words": "It has no words that could become better; what failed, `retry` hears again.",
    "heard_by_it": "Its words are from {model} already.",
    "no_better": "{model} is no better for its language; a larger model has to be named first.",
    "language": "{model} does not know its language.",
}


@dataclass(slots=True)
class _Run:
    """One call of `refine`: what it is about, and how far it has come."""

    home: Home
    screen: Screen
    model: SecondModel
    meter: Meter
    is_named: bool
    engine: Engine | None
    act: str = field(default_factory=new_act_id)
    outcomes: Counter[str] = field(default_factory=Counter)
    left: int = 0
    not_above: int = 0
    elsewhere: int = 0


async def refine(
    home: Home, ids: Sequence[str], screen: Screen, *, now: bool, engine: str | None = None
) -> int:
    """Have moments heard again, and print what became of each; the exit status. UserError.

    By the larger model of this machine, or by the engine of this name on another one.
    """
    settings = load(home.path)
    asked = None if engine is None else engine_named(engine, settings)
    model = second_model(settings, home.path) if asked is None else as_second_model(asked, settings)
    with Meter("refine", screen) as meter:
        run = _Run(home, screen, model, meter, is_named=bool(ids), engine=asked)
        with understood(home.path):
            candidates = await (_named(run, ids) if ids else _all(run))
        async with by_worker(home, settings) as worker:
            await _go_over(run, candidates, worker, now=now)
    return _tell_all(run)


async def _all(run: _Run) -> list[Candidate]:
    """All that may gain by it, in the order in which they are heard."""
    found = []
    async with open_archive_to_read(run.home.path) as archive:
        for row in await archive.moments():
            heard = await archive.transcript(row)
            each = candidate(row, heard, run.model, await _tried(archive, row))
            if each is not None and await _is_elsewhere(archive, row):
                run.elsewhere += 1
                continue
            found.append(each)
            is_small = why_not(row, heard, run.model) == "no_better"
            run.not_above += is_small and bool(run.model.not_above) and row.state == "visible"
    most_s = math.inf if run.engine is None else LONGEST_S
    return in_order([each for each in found if each is not None and each.seconds <= most_s])


async def _is_elsewhere(archive: Reader, row: MomentRow) -> bool:
    """True where its sound is on another machine alone."""
    return (await archive.whereabouts(row)).sound not in {"here", "none", "missing"}


async def _tried(archive: Reader, row: MomentRow) -> set[str]:
    """The models that heard this sound again, whatever came of it and was undone since."""
    return {
        event.payload["model"]
        for event in await archive.events_of(row.id)
        if event.kind == "moment_refined" and event.payload["revision"] == row.revision
    }


async def _named(run: _Run, ids: Sequence[str]) -> list[Candidate]:
    """Those of the named that can be heard again, as they are named; of the others it tells why.

    Raises NotFound before it tells anything.
    """
    async with open_archive_to_read(run.home.path) as archive:
        rows = {row.id: row for row in [await archive.moment(each) for each in ids]}
        heard = []
        for row in rows.values():
            why: str | None = why_not(row, await archive.transcript(row), run.model)
            if why is None and await _is_elsewhere(archive, row):
                why, run.elsewhere = "elsewhere", run.elsewhere + 1
            if why is None:
                heard.append(Candidate(row.id, (row.duration_ms or 0) / 1000, is_doubtful=False))
            else:
                await _tell(run, archive, row, why)
    return heard


async def _go_over(
    run: _Run, candidates: Sequence[Candidate], worker: ByWorker, *, now: bool
) -> None:
    """One after the other, until the machine has no power to spare or too many cannot be heard."""
    total_s = sum(each.seconds for each in candidates)
    done_s, failed = 0.0, 0
    for nth, each in enumerate(candidates):
        if not now and (why := await _why_to_wait(run, worker, at_work=nth > 0)):
            run.meter.say(f"{why} `afterthought refine` goes on later; with --now, at once.")
            run.left = len(candidates) - nth
            return
        try:
            await _hear(run, each, worker, partial(_show, run, total_s, done_s))
            failed = 0
        except UserError as error:
            run.screen.refuse(error, id=each.moment)
            run.outcomes["failed"] += 1
            failed += 1
        if failed >= IN_A_ROW:
            run.left = len(candidates) - nth - 1
            return
        done_s += each.seconds
        _show(run, total_s, done_s)


def _show(run: _Run, total_s: float, before_s: float, done_s: float = 0.0) -> None:
    """So much of all sound is done: what came before, and of the moment that is being heard."""
    run.meter.reached(round(before_s + done_s), round(total_s))


async def _why_to_wait(run: _Run, worker: ByWorker, *, at_work: bool) -> str | None:
    """What failed before waits for its next try, and nothing for it."""
    await worker.work_off()
    spool = Spool(run.home.spool)
    waiting = spool.waiting_count() - len(failed_letters(run.home.spool))
    return why_to_wait(read_power(), waiting, at_work=at_work)


async def _hear(run: _Run, each: Candidate, worker: ByWorker, tell: DoneS) -> None:
    asked = ToRefine(each.moment, run.model.name, run.act)
    if run.engine is not None:
        asked = replace(asked, heard=await heard_by(run.engine, run.home, each.moment))
    is_gone = run.engine is not None and asked.heard is None
    outcome = "changed" if is_gone else await worker.hear_again(asked, tell)
    async with open_archive_to_read(run.home.path) as archive:
        await _tell(run, archive, await archive.moment(each.moment), outcome)


async def _tell(run: _Run, archive: Reader, row: MomentRow, outcome: str) -> None:
    """What became of one moment: people see those that are better, and those that they named."""
    run.outcomes[outcome] += 1
    is_better = outcome == "better"
    told = row.text if is_better else _SENTENCES[outcome].format(model=run.model.name)
    value: dict[str, Any] = {"id": row.id, "outcome": outcome, "text": row.text, "sentence": told}
    if run.screen.as_json or run.is_named or is_better:
        name = painted(await short_id(archive, run.screen, row.id), "dim")
        run.screen.value(value, name + f"  {json_shapes.indented(told)}")


def _tell_all(run: _Run) -> int:
    """What it all came to; status 1 where something could not be heard, or is left."""
    better, failed = run.outcomes["better"], run.outcomes["failed"]
    kept = run.outcomes.total() - better - failed - run.outcomes["elsewhere"]
    counts = {"better": better, "kept": kept, "failed": failed}
    summary = {**counts, "left": run.left, "elsewhere": run.elsewhere}
    if not run.outcomes and run.not_above:
        sentence = (
            f"{run.model.name} is not large enough to hear anything better than "
            f"{' and '.join(sorted(run.model.not_above))} did: name a larger model first."
        )
    elif not run.outcomes and not run.left:
        sentence = f"There is nothing that {run.model.name} has not heard again."
    else:
        sentence = (
            f"{counted(better, 'moment has', 'moments have')} better words now; "
            f"{counted(kept, 'stays as it is', 'stay as they are')}."
        )
    if failed:
        sentence += f" {counted(failed, 'could not be heard', 'could not be heard')}."
    if run.elsewhere:
        moments = counted(run.elsewhere, "was left out", "were left out")
        sentence += f" {moments}, for the sound is on another machine."
    if run.left:
        sentence += f" {counted(run.left, 'is', 'are')} left."
    run.screen.value({"summary": {"model": run.model.name, **summary}}, sentence)
    is_undone = failed or run.left or run.outcomes["elsewhere"]
    return int(bool(is_undone or (run.not_above and not run.outcomes)))
