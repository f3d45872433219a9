"""Notes in several scripts and spellings, found by the real commands and the real embedder."""

import json

import pytest

from bench.search_recall import load_embedder
from core.errors import ModelMissing
from tests.journeys.command import afterthought

NOTES = (
    "明天要修地下室的水泵。",
    "我忘了买牛奶。",
    "他昨天没有来开会。",
    "การประชุมเลื่อนไปวันศุกร์",
    "อย่าลืมซื้อนม",
    "הפגישה נדחתה",
    "נגמר החלב",
    "The meeting is on Friday.",
    "Bring milk 🥛 and bread.",
    "Großmutter ruft an",
    "the ﬁnal draft",
    "a Zoom call by e-mail",
    "do a check-in with Ana",
)


@pytest.fixture(scope="module", autouse=True)
def _has_the_embedder() -> None:
    try:
        load_embedder()
    except ModelMissing as missing:
        pytest.skip(str(missing))


def test_what_is_typed_is_found_first_and_nothing_is_close_by_chance() -> None:
    lines = "".join(f"{json.dumps({'text': text})}\n" for text in NOTES)
    assert afterthought("import", "-", input=lines, stdin=None).status == 0
    asked = {
        "水泵": NOTES[0],
        "牛奶": NOTES[1],
        "ประชุม": NOTES[3],
        "החלב": NOTES[6],
        "🥛": NOTES[8],
        "grossmutter": NOTES[9],
        "final": NOTES[10],
        "email": NOTES[11],
        "checkin": NOTES[12],
    }
    unknown = ("飞机", "รถไฟ", "מטוס", "✈")

    queries = "".join(f"{query}\n" for query in (*asked, *unknown))
    ran = afterthought("search", "--from", "-", input=queries, stdin=None)

    answers = ran.lines
    found = {one["query"]: one["hits"][0]["text"] for one in answers if one["hits"]}
    assert {query: found.get(query) for query in asked} == asked
    assert [one["nothing_close"] for one in answers] == [False] * len(asked) + [True] * len(unknown)
    for one in answers:
        known = one["query"].isascii()
        for hit in one["hits"]:
            why = " ".join(hit["why"])
            assert known or "close in meaning" not in why, one["query"]
