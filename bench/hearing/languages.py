"""Other languages than English: which was heard, its words, and what the doubt costs English.

Two rows. `languages`: 20 sentences in four languages with five listed, beside stock
faster-whisper with the same model and the language given; and English with the same five
listed. `english_alone`: the same sentences where English alone is listed, with the
multilingual model and without it.
"""

import json
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.hearing.costs import ran
from bench.hearing.rows import Asked, Told
from bench.hearing.word_errors import Errors, Row, apart, errors_of, groups, percent, plain
from core.paths import home_at
from core.settings import Settings
from pipeline import models
from pipeline.hearing.doubt import DOUBTFUL_BELOW

FIVE = ("en", "de", "es", "fr", "pt")


def measure_five(asked: Asked) -> Told:
    """Which language, and how many words wrong, by language; and English beside them."""
    rows, english = _rows(asked)
    heard = _kept(rows, FIVE)
    stock = ran(
        "bench.hearing.stock_languages",
        _multilingual(),
        *(f"{row['lang']}={row['audio']}" for row in rows),
    )
    lines = [f"{'language':10} right    stock     ours   more (95 %)"]
    figures: dict[str, Any] = {}
    missed = []
    for name, positions in {**_by_language(rows), "all": [*range(len(rows))]}.items():
        right = sum(heard[at]["language"] == rows[at]["lang"] for at in positions)
        own = _errors(rows, [line["text"] for line in heard], positions)
        theirs = _errors(rows, stock.lines, positions)
        more = apart(own, theirs)
        lines.append(
            f"{name:10} {right:2}/{len(positions):2} {percent(theirs):7.1f}% {percent(own):7.1f}% "
            f"  {more}"
        )
        figures[name] = {"right": right, "of": len(positions), "wer": round(percent(own), 2)}
        figures[name]["stock_wer"] = round(percent(theirs), 2)
        if right < len(positions) and name != "all":
            missed.append(f"{name}: {len(positions) - right} heard in another language")
        if more.points > 0 and name == "all":
            missed.append(f"{more.points:.1f} points of word error rate over stock")
    taken = _taken_for_another(english, _kept(english, FIVE))
    lines += ["", "English, the same five listed: taken for another language", *_lines(taken)]
    return Told(lines, {**figures, "english_taken_for_another": taken}, missed)


def measure_english_alone(asked: Asked) -> Told:
    """Whether what is in another language is told, and what that costs English."""
    rows, english = _rows(asked)
    told = sum(line["other_language"] == row["lang"] for row, line in _pairs(rows, ("en",)))
    without = [line for _, line in _pairs(rows, ("en",), many=False)]
    undoubted = sum(not word["doubtful"] for line in without for word in line["words"])
    heard = _kept(english, ("en",))
    taken, open_still = _taken_for_another(english, heard), _put_in_doubt(english, heard)
    cost = _put_in_doubt(english, _kept(english, ("en",), many=False))
    lines = [
        f"with the multilingual model: {told} of {len(rows)} told as the language that they are in",
        "English taken for another language",
        *_lines(taken),
        f"without it: {undoubted} undoubted words in {len(rows)} sentences",
        "English words that are put in doubt, of all of the group: without it, with it",
        *(f"  {name:34} {cost[name]:5.1f} % {open_still[name]:5.1f} %" for name in cost),
    ]
    missed = [f"{len(rows) - told} sentences not told"] if told < len(rows) else []
    missed += [f"{undoubted} undoubted words"] if undoubted else []
    figures = {"told": told, "of": len(rows), "undoubted": undoubted, "put_in_doubt": cost}
    figures["put_in_doubt_with_it"] = open_still
    return Told(lines, {**figures, "english_taken_for_another": taken}, missed)


def _rows(asked: Asked) -> tuple[list[Row], list[Row]]:
    """The sentences in other languages, and the English ones, each with its whole path."""
    found = []
    for folder, name in (("non_english", "manifest.jsonl"), ("speech", "dev.jsonl")):
        text = (asked.data / folder / name).read_text(encoding="utf-8")
        rows = [json.loads(line) for line in text.splitlines()][:: asked.every]
        found.append([{**row, "audio": str(asked.data / folder / row["audio"])} for row in rows])
    return found[0], found[1]


def _multilingual() -> Path:
    return models.find("languages_transcriber", settings=Settings(), home=home_at(None).path)


def _kept(rows: Sequence[Row], listed: Sequence[str], *, many: bool = True) -> list[Any]:
    """What `keep` prints of each row; without `many`, as where the set was not fetched."""
    with tempfile.TemporaryDirectory() as home:
        settings = f"[hearing]\nlanguages = {json.dumps(list(listed))}\n"
        if not many:
            settings += '[models]\nlanguages_transcriber_path = "nowhere"\n'
        Path(home, "settings.toml").write_text(settings, encoding="utf-8")
        files = [row["audio"] for row in rows]
        return ran("afterthought", "keep", "--home", home, "--json", *files).lines


def _pairs(
    rows: Sequence[Row], listed: Sequence[str], *, many: bool = True
) -> list[tuple[Row, Any]]:
    return list(zip(rows, _kept(rows, listed, many=many), strict=True))


def _by_language(rows: Sequence[Row]) -> dict[str, list[int]]:
    found = defaultdict(list)
    for position, row in enumerate(rows):
        found[row["lang"]].append(position)
    return found


def _errors(rows: Sequence[Row], heard: Sequence[str], positions: Sequence[int]) -> list[Errors]:
    said = [rows[at]["text"] for at in positions]
    return errors_of(said, [heard[at] for at in positions], plain)


def _taken_for_another(rows: Sequence[Row], heard: Sequence[Any]) -> dict[str, list[int]]:
    """By group, how many were taken for another language than English, of how many."""
    return {
        name: [
            sum(
                heard[at]["other_language"] is not None or heard[at]["language"] not in (None, "en")
                for at in positions
            ),
            len(positions),
        ]
        for name, positions in groups(rows).items()
        if "," not in name
    }


def _put_in_doubt(rows: Sequence[Row], heard: Sequence[Any]) -> dict[str, float]:
    """By group, the percentage of words that are doubtful only since their language is.

    Each is likely by itself, and the language of its clip is not known.
    """
    return {
        name: 100
        * sum(
            heard[at]["language"] is None and word["probability"] >= DOUBTFUL_BELOW
            for at in positions
            for word in heard[at]["words"]
        )
        / max(1, sum(len(heard[at]["words"]) for at in positions))
        for name, positions in groups(rows).items()
        if "," not in name
    }


def _lines(taken: dict[str, list[int]]) -> list[str]:
    return [f"  {name:34} {count} of {of}" for name, (count, of) in taken.items()]
