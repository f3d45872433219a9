"""Whole recordings through the command `keep`, by group, beside stock on the same."""

import json
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.hearing.costs import Ran, ran
from bench.hearing.rows import Asked, Told, whisper
from bench.hearing.word_errors import (
    Apart,
    Errors,
    Row,
    apart,
    errors_of,
    groups,
    percent,
    summed,
)

CPU_GOAL = 0.45
WER_GOAL = 0.5
"""Points of word error rate that a group may be worse than stock."""


def measure(asked: Asked) -> Told:
    """Each side hears all recordings in one process, its models' start included."""
    folder = asked.data / "speech"
    rows = [json.loads(line) for line in (folder / "dev.jsonl").read_text("utf-8").splitlines()]
    rows = rows[:: asked.every]
    files = [folder / row["audio"] for row in rows]
    stock, ours = list[Ran](), list[Ran]()
    for _ in range(asked.runs):
        stock.append(ran("bench.hearing.stock", whisper(), *files))
        ours.append(_ours(files))
    said = [row["text"] for row in rows]
    theirs = [errors_of(said, run.lines) for run in stock]
    own = errors_of(said, [line["text"] for line in ours[0].lines])
    return _told(rows, _CpuOf(stock, ours), theirs, own)


def _ours(files: Sequence[Path]) -> Ran:
    with tempfile.TemporaryDirectory() as home:
        return ran("afterthought", "keep", "--home", home, "--json", *files)


class _CpuOf:
    """Seconds of both sides, by the medians of their runs."""

    def __init__(self, stock: Sequence[Ran], ours: Sequence[Ran]) -> None:
        self.stock_s = statistics.median(run.cpu_s for run in stock)
        self.ours_s = statistics.median(run.cpu_s for run in ours)
        self.ratio = self.ours_s / self.stock_s
        self.same = len({json.dumps([line["text"] for line in run.lines]) for run in ours}) == 1


def _told(
    rows: Sequence[Row], cpu: _CpuOf, stock: Sequence[Sequence[Errors]], own: Sequence[Errors]
) -> Told:
    lines = [f"{'group':34} words   stock    ours   more (95 %)              sub  del  ins"]
    figures, missed = {}, []
    for name, positions in groups(rows).items():
        mine = [own[at] for at in positions]
        theirs = _by_median([[run[at] for at in positions] for run in stock])
        if not summed(mine).words:
            continue
        more = apart(mine, theirs)
        lines.append(_line(name, mine, theirs, more))
        figures[name] = {
            "words": summed(mine).words,
            "stock_wer": round(percent(theirs), 2),
            "wer": round(percent(mine), 2),
            "more": [round(each, 2) for each in (more.points, more.low, more.high)],
        }
        if "," not in name and more.points > WER_GOAL:
            missed.append(f"{name}: {more.points:.2f} points over stock")
    lines.append(
        f"CPU: stock {cpu.stock_s:.0f} s, ours {cpu.ours_s:.0f} s, {cpu.ratio:.2f} of it "
        f"(goal {CPU_GOAL}); the same words in every run: {'yes' if cpu.same else 'no'}"
    )
    if cpu.ratio > CPU_GOAL:
        missed.append(f"CPU {cpu.ratio:.2f} of stock, over {CPU_GOAL}")
    if not cpu.same:
        missed.append("the words differ from run to run")
    told = {"cpu_ratio": round(cpu.ratio, 3), "same": cpu.same, "groups": figures}
    return Told(lines, told, missed)


def _by_median(runs: Sequence[Sequence[Errors]]) -> Sequence[Errors]:
    return sorted(runs, key=percent)[len(runs) // 2]


def _line(name: str, mine: Sequence[Errors], theirs: Sequence[Errors], more: Apart) -> str:
    kinds = summed(mine)
    return (
        f"{name:34} {kinds.words:5} {percent(theirs):6.2f}% {percent(mine):6.2f}% "
        f"{more!s:24} {kinds.substituted:5} {kinds.deleted:4} {kinds.inserted:4}"
    )
