"""A day of talk, each utterance kept: its processor time and its words, ours and stock's."""

import json
import statistics
import tempfile
from collections.abc import Sequence
from typing import Any

from bench.hearing.costs import Ran, ran
from bench.hearing.rows import Asked, Told, whisper
from bench.hearing.word_errors import Errors, apart, errors_along, percent, summed
from bench.recordings import DAY

CPU_GOAL = 0.55
"""Of stock with its own gate and beam 5; 0.40 is aimed at."""

WER_GOAL = 20.7
"""Half a point over the 20.2 % of November 2026."""


def measure(asked: Asked) -> Told:
    """The two take turns, each from its start, with its models to load."""
    day = asked.data / DAY
    truth = json.loads(day.with_suffix(".json").read_text(encoding="utf-8"))["segments"]
    said = [each["text"] for each in truth]
    stock, ours = list[Ran](), list[Ran]()
    for _ in range(asked.runs):
        stock.append(ran("bench.hearing.stock", whisper(), "--vad", day))
        ours.append(_ours(str(day)))
    stock_errors = _by_median(errors_along(said, run.lines[0]) for run in stock)
    our_errors = _by_median(errors_along(said, _text(run.lines)) for run in ours)
    return _told(stock, ours, stock_errors, our_errors)


def _ours(day: str) -> Ran:
    with tempfile.TemporaryDirectory() as home:
        return ran("afterthought", "hear", "--policy", "everything", "--home", home, "--json", day)


def _text(lines: Sequence[dict[str, Any]]) -> str:
    return " ".join(line["text"] for line in lines if "text" in line)


def _by_median(runs: Any) -> list[Errors]:  # noqa: ANN401 - a generator of lists
    """The run whose error rate is the median of all."""
    found = sorted(runs, key=percent)
    middle: list[Errors] = found[len(found) // 2]
    return middle


def _told(
    stock: Sequence[Ran], ours: Sequence[Ran], theirs: Sequence[Errors], errors: Sequence[Errors]
) -> Told:
    stock_s, our_s = (statistics.median(run.cpu_s for run in each) for each in (stock, ours))
    their_wer, wer = percent(theirs), percent(errors)
    same = len({_text(run.lines) for run in ours}) == 1
    more, ratio = apart(errors, theirs), our_s / stock_s
    missed = [f"CPU {ratio:.2f} of stock, over {CPU_GOAL}"] if ratio > CPU_GOAL else []
    if wer > WER_GOAL:
        missed.append(f"error rate {wer:.1f} %, over {WER_GOAL} %")
    if not same:
        missed.append("the words differ from run to run")
    return Told(
        lines=[
            f"CPU stock {stock_s:5.1f} s  ours {our_s:5.1f} s, {ratio:.2f} of it (goal {CPU_GOAL})",
            f"WER stock {their_wer:5.2f} %  ours {wer:5.2f} % (goal {WER_GOAL} %)",
            f"points of WER over stock, with 95 %: {more}",
            _kinds("stock", theirs),
            _kinds("ours", errors),
            f"the same words in each of {len(ours)} runs: {'yes' if same else 'no'}",
        ],
        figures={
            "stock_cpu_s": [round(run.cpu_s, 2) for run in stock],
            "cpu_s": [round(run.cpu_s, 2) for run in ours],
            "cpu_ratio": round(ratio, 3),
            "stock_wer": round(their_wer, 2),
            "wer": round(wer, 2),
            "more": [round(each, 2) for each in (more.points, more.low, more.high)],
            "same": same,
        },
        missed=missed,
    )


def _kinds(name: str, errors: Sequence[Errors]) -> str:
    whole = summed(errors)
    return (
        f"{name:5} of {whole.words} words: {whole.substituted} substituted, "
        f"{whole.deleted} deleted, {whole.inserted} inserted"
    )
