"""Hearing, ours against stock faster-whisper: words, processor time, waiting and memory.

    afterthought bench hear [ROW ...] [--runs 5] [--every 1] [--json]

Rows: `day` (policy everything on 12 minutes of a day), `keep` (the utterances of
speech/dev.jsonl by group), `languages` and `english_alone` (what is in other languages),
`own_words` (the wearer's names), `lengths` (3 s against 30), `searchable` (from closed to found),
`memory`. Needs the recordings of AFTERTHOUGHT_TEST_DATA. All have one thread, and thread pools
that do not spin; each row compares two sides of the same run. Differences of word error rates
come with a paired bootstrap by utterance, or by segment of the day. Invented words:
`bench invented_words`.
"""

import argparse
import json
import sys
from collections.abc import Sequence

from bench.hearing import day, languages, lengths, memory, searchable, utterances
from bench.hearing.own_words import row as own_words
from bench.hearing.rows import Asked, Measure, Told
from bench.recordings import data_folder

ROWS: dict[str, Measure] = {
    "day": day.measure,
    "keep": utterances.measure,
    "languages": languages.measure_five,
    "english_alone": languages.measure_english_alone,
    "own_words": own_words.measure,
    "lengths": lengths.measure,
    "searchable": searchable.measure,
    "memory": memory.measure,
}


def main(argv: Sequence[str]) -> int:
    """Print each row as it comes; 1 where a goal is missed."""
    arguments = _arguments(argv)
    data = data_folder()
    asked = Asked(data, arguments.runs, arguments.every)
    missed = False
    for name in arguments.rows or ROWS:
        told = ROWS[name](asked)
        missed |= bool(told.missed)
        print(_json(name, told) if arguments.json else _text(name, told), flush=True)
    return int(missed)


def _json(name: str, told: Told) -> str:
    return json.dumps({"row": name, **told.figures, "missed": list(told.missed)})


def _text(name: str, told: Told) -> str:
    ending = [f"missed: {each}" for each in told.missed] or ["every goal met"]
    return "\n".join([f"## {name}", *told.lines, *ending, ""])


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench hear", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("rows", metavar="ROW", nargs="*", help=f"of {', '.join(ROWS)}; else all")
    parser.add_argument("--runs", type=int, default=5, help="of each side; their median counts")
    parser.add_argument("--every", type=int, default=1, help="take each nth recording only")
    parser.add_argument("--json", action="store_true", help="an object a row, a line each")
    arguments = parser.parse_args(argv)
    if unknown := [row for row in arguments.rows if row not in ROWS]:
        parser.error(f"there is no row {', '.join(unknown)}; there are {', '.join(ROWS)}")
    return arguments


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
