"""What is typed finds what was said, in every script and spelling."""

from datetime import timedelta

import pytest

from pipeline.search.engine import Engine
from pipeline.store.sqlite.archive import SqliteArchive
from pipeline.store.sqlite.passage_index import PassageReader
from tests.pipeline.search.said import FRIDAY, Said, keep


def said(ref: str, text: str, speaker: str | None = None, *, after_h: float = 0) -> Said:
    return Said(ref, text, speaker, FRIDAY + timedelta(hours=after_h))


SCRIPTS = (
    said("1", "下周三之前要买两块备用电池。"),
    said("2", "电动的池子", after_h=5),
    said("3", "ต้องซ่อมปั๊มน้ำ", after_h=10),
    said("4", "המשאבה דולפת", "Gina", after_h=15),
    said("5", "Buy batteries 🔋 on Wednesday.", after_h=20),
    said("6", "Die Straße sperren", after_h=25),
    said("7", "over Wi-Fi", after_h=30),
    said("8", "the follow-up", after_h=35),
    said("9", "ﬂood plan", after_h=40),
    said("10", "wi fi and an e-mail", after_h=45),
)


@pytest.mark.parametrize(
    ("query", "ref", "quoted"),
    [
        ("电池", "1", "电池"),
        ("备用电池", "1", "备用电池"),
        ("有备用电池吗", "1", "备用电池"),
        ("ปั๊มน้ำ", "3", "ปั๊มน้ำ"),
        ("המשאבה", "4", "המשאבה"),
        ("🔋", "5", "🔋"),
        ("STRASSE", "6", "Straße"),
        ("flood", "9", "ﬂood"),
        ("followup", "8", "follow-up"),
        ("follow up", "8", "follow-up"),
        ("email", "10", "e-mail"),
    ],
)
async def test_what_is_typed_is_found_in_every_script_and_spelling(
    archive: SqliteArchive, engine: Engine, query: str, ref: str, quoted: str
) -> None:
    await keep(archive, *SCRIPTS)

    found = await engine.search(query)

    assert found.hits[0].ref == ref
    assert any(f"has the word '{quoted}'" in why for why in found.hits[0].why)
    assert not found.nothing_close


@pytest.mark.parametrize("query", ["wifi", "Wi-Fi", "wi fi"])
async def test_one_word_and_two_find_each_other(
    archive: SqliteArchive, engine: Engine, query: str
) -> None:
    joined = said("11", "the wifi", after_h=60)
    await keep(archive, *SCRIPTS, joined)

    found = await engine.search(query)

    assert {hit.ref for hit in found.hits} >= {"7", "11"}
    assert not found.nothing_close


async def test_a_word_that_nobody_said_in_one_is_looked_for_in_two(
    archive: SqliteArchive, reader: PassageReader
) -> None:
    await keep(archive, said("1", "please set up the pump"), said("2", "the pump", after_h=5))

    found = await Engine(reader).search("setup")

    assert found.hits[0].ref == "1"
    assert not found.nothing_close


async def test_who_has_the_whole_of_a_run_comes_before_who_repeats_its_parts(
    archive: SqliteArchive, reader: PassageReader
) -> None:
    filler = "今天下雨" * 20
    await keep(
        archive,
        said("parts", "备用 用电 电池 备用 用电 电池"),
        said("whole", f"{filler}备用电池{filler}", after_h=5),
    )

    assert (await Engine(reader).search("备用电池")).hits[0].ref == "whole"


@pytest.mark.parametrize("query", ["水泵", "ปั๊มน้ำ", "🚨", "!!!"])
async def test_of_a_query_without_a_known_word_nothing_is_close_in_meaning(
    archive: SqliteArchive, engine: Engine, query: str
) -> None:
    await keep(
        archive,
        said("1", "妈妈今天忘记吃药了。"),
        said("2", "נסיתי", after_h=5),
        said("3", "tea", after_h=9),
    )

    found = await engine.search(query)

    assert found.hits == ()
    assert found.nothing_close
    assert not found.by_words_alone


async def test_a_name_is_named_with_and_without_its_accents(
    archive: SqliteArchive, engine: Engine
) -> None:
    await keep(archive, said("1", "A long silence", "Zoë"), said("2", "A long silence", "Jon"))

    assert "spoken by Zoë" in (await engine.search("zoe")).hits[0].why
