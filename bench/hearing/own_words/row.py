"""How often names are written with the wearer's list and without it, and false replacements.

The list has 199 names: those of the 60 sentences, and others that nobody says.
"""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.hearing.costs import ran
from bench.hearing.rows import Asked, Told
from bench.hearing.word_errors import Row, groups

HERE = Path(__file__).parent
LEAST_TIMES = 2.0
DRAWS = 2_000


def measure(asked: Asked) -> Told:
    """The names of 60 sentences, before and after; and the recordings that have none of them."""
    rows = _jsonl(HERE / "sentences.jsonl")
    terms = [row["name"] for row in rows]
    terms += (HERE / "other_names.txt").read_text(encoding="utf-8").split()
    rows = rows[:: asked.every]
    sounds = [HERE / "sounds" / row["sound"] for row in rows]
    before, after = _kept(sounds, ()), _kept(sounds, terms)
    lines, figures, missed = [f"{'sentences':24} of  before  after  (95 %)  wrong name"], {}, []
    for name, chosen_on in (("limits chosen on these", True), ("not looked at before", False)):
        own = [at for at, row in enumerate(rows) if row["chosen_on"] is chosen_on]
        written = [[_has(heard[at], rows[at]) for at in own] for heard in (before, after)]
        wrong = sum(_wrong(after[at], rows[at]["text"]) for at in own)
        low, high = _interval(written[1])
        counts = [sum(each) for each in written]
        lines.append(
            f"{name:24} {len(own):2}  {counts[0]:6}  {counts[1]:5}  {low}-{high}  {wrong:10}"
        )
        figures[name] = {"of": len(own), "before": counts[0], "after": counts[1], "wrong": wrong}
        if counts[1] < LEAST_TIMES * counts[0] or wrong:
            missed.append(f"{name}: {counts[0]} before, {counts[1]} after, {wrong} wrong")
    false = _false_ones(asked, terms)
    lines += [
        "words replaced where nobody said a name",
        *(f"  {n:34} {c}" for n, c in false.items()),
    ]
    missed += [f"{name}: {count} false" for name, count in false.items() if count]
    return Told(lines, {**figures, "false": false}, missed)


def _false_ones(asked: Asked, terms: Sequence[str]) -> dict[str, int]:
    """By group, how many words were replaced by a name that is not in the reference."""
    folder = asked.data / "speech"
    rows = _jsonl(folder / "dev.jsonl")[:: asked.every]
    heard = _kept([folder / row["audio"] for row in rows], terms)
    wrong = [_wrong(line, row["text"]) for line, row in zip(heard, rows, strict=True)]
    return {name: sum(wrong[at] for at in positions) for name, positions in groups(rows).items()}


def _kept(sounds: Sequence[Path], terms: Sequence[str]) -> list[Any]:
    """What `keep` prints of each, with these names in the settings."""
    with tempfile.TemporaryDirectory() as home:
        settings = f"[hearing]\nwords = {json.dumps(list(terms))}\n"
        Path(home, "settings.toml").write_text(settings, encoding="utf-8")
        return ran("afterthought", "keep", "--home", home, "--json", *sounds).lines


def _has(line: Any, row: Row) -> bool:  # noqa: ANN401 - JSON
    return row["name"].casefold() in line["text"].casefold()


def _wrong(line: Any, said: str) -> int:  # noqa: ANN401 - JSON
    """How many words of it were replaced by what was not said."""
    replaced = [each["word"] for each in line["words"] if each["alternative"] is not None]
    return sum(word.strip(".,;:!?").casefold() not in said.casefold() for word in replaced)


def _interval(written: Sequence[bool]) -> tuple[int, int]:
    """Where 95 % of the counts lie when sentences are drawn anew."""
    drawn = np.random.default_rng(1).choice(written, (DRAWS, len(written))).sum(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return round(low), round(high)


def _jsonl(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
