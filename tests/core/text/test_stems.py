"""Stems are those of the keyword index, word for word."""

import contextlib
import itertools
import random
import re
import sqlite3
from pathlib import Path

from core.text.stems import stem
from core.text.words import folded, words_of

ROOT = Path(__file__).parents[3]
ENDINGS = """
    ational tional enci anci izer logi bli alli entli eli ousli ization ation ator alism iveness
    fulness ousness aliti iviti biliti ical ness icate iciti ful ative alize al ance ence er ic able
    ible ant ement ment ent sion tion ion ou ism ate iti ous ive ize s es ies sses ss ed ing eed y
    ly e ll at bl iz
""".split()
BEGINNINGS = ["", *"a b y re hop fly bay relat control sky tr éé straß ка 水 xz".split()]


def stems_of_fts5(words: list[str]) -> list[bytes]:
    query = "SELECT cast(term AS BLOB) FROM stems ORDER BY doc"
    with contextlib.closing(sqlite3.connect(":memory:")) as index:
        index.execute("CREATE VIRTUAL TABLE said USING fts5 (text, tokenize = 'porter ascii')")
        index.execute("CREATE VIRTUAL TABLE stems USING fts5vocab (said, 'instance')")
        index.executemany("INSERT INTO said (rowid, text) VALUES (?, ?)", enumerate(words))
        return [row[0] for row in index.execute(query)]


def test_stems_are_those_of_the_index() -> None:
    prose = " ".join(path.read_text("utf-8") for path in sorted((ROOT / "docs").rglob("*.md")))
    by_chance = random.Random(7)
    letters = ["".join(by_chance.choices("abceilnorstuyzé", k=5)) for _ in range(5_000)]
    made = {
        *(part for word in words_of(prose) for part in folded(word).split("'")),
        *map("".join, itertools.product(BEGINNINGS, ENDINGS, ["", "s", "ed", "ing", "ly"])),
        *(word + by_chance.choice(ENDINGS) for word in letters),
        "w" * 63 + "ing",
    }
    words = sorted(word for word in made if re.fullmatch(r"\w+", word))

    assert all(word.startswith(stem(word)[:-2]) for word in words if word.isascii())
    assert [stem(word).encode("latin-1") for word in words] == stems_of_fts5(words)
