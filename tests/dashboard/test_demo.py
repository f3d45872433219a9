"""The demo day holds what is planted in it, says what it must not say nowhere, and can be heard."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from core.text.words import words_of
from dashboard import demo
from dashboard.demo import SCENE, SOUNDS, Spoken, demo_moments, everything_spoken
from dashboard.show.first_minute import QUESTION, load_demo
from pipeline import media
from pipeline.search.stop_words import ENGLISH
from tests.journeys.command import afterthought

PLANTED: dict[str, Any] = json.loads((demo.FOLDER / "planted.json").read_text(encoding="utf-8"))
SPOKEN = {spoken.id: spoken for spoken in everything_spoken()}
MOST_BYTES = 3_000_000
NOON = datetime(2026, 11, 20, 12, 0).astimezone()

NAMES_MOMENTS = set(
    """
    moment moments answered_by firm doubtful then now found says pill_box siren dream private
    wordless dull opposites
    """.split()
)

FILLERS = {"anyway", "oh", "ok", "okay", "right", "one", "so", "um", "well", "yeah", "hm"}
"""Words that say nothing by themselves, beside the stop words of a search."""

PILL_BOX = {"pill", "pills", "beep", "beeps", "beeped", "beeping", "tablet", "tablets", "vitamin"}
SIREN = {"siren", "alarm", "wailing", "howl", "horn", "horns", "louder", "volume", "warning"}
MESS = re.compile(
    r"\bum\b|no, wait|no, hang on|\b([\w']+(?: [\w']+)?), (?:um, )?\1\b", re.IGNORECASE
)


def content(moment: str) -> set[str]:
    return set(words_of(SPOKEN[moment].text)) - ENGLISH - FILLERS


def named(planted: object) -> Iterator[str]:
    """Every moment that a part of planted.json names."""
    if isinstance(planted, dict):
        for key, value in planted.items():
            if key in NAMES_MOMENTS:
                yield from [value] if isinstance(value, str) else value
            elif key != "counts":
                yield from named(value)
    elif isinstance(planted, list):
        for each in planted:
            yield from named(each)


def test_the_day_has_at_least_44_moments_over_three_weeks_beside_its_last_scene() -> None:
    *kept, scene = SPOKEN.values()

    assert len(kept) == PLANTED["counts"]["moments"] >= 44
    assert {each.days_ago for each in kept} == set(range(22))
    assert (scene.id, scene.days_ago, scene.time) == ("scene", 0, None)
    assert scene.sound == SCENE == demo.FOLDER / PLANTED["scene"]


def test_the_moments_stand_in_the_order_of_their_time() -> None:
    *kept, _ = SPOKEN.values()
    times = [(-each.days_ago, each.time) for each in kept]

    assert times == sorted(times)
    assert len(set(times)) == len(times)


def test_what_is_planted_is_what_was_asked_for() -> None:
    questions = [each["state"] for each in PLANTED["questions"]]
    decisions = PLANTED["decisions"]
    found = {
        "question": len(questions),
        **{f"question_{state}": questions.count(state) for state in set(questions)},
        "decision": len(decisions),
        "decision_with_because": sum(each["because"] for each in decisions),
        "decision_without_because": sum(not each["because"] for each in decisions),
        "decision_reversed": sum("reversed_by" in each for each in decisions),
        "promise": len(PLANTED["promises"]),
        "name": len(PLANTED["names"]),
        "name_misheard": sum("misheard_as" in each for each in PLANTED["names"]),
        "number": len(PLANTED["numbers"]),
        "number_drifting": sum("drifts" in each for each in PLANTED["numbers"]),
        "restatement": len(PLANTED["restatements"]),
        "twin": len(PLANTED["twins"]),
        "false_friend": len(PLANTED["false_friends"]["moments"]),
        "dull": len(PLANTED["dull"]),
        **dict.fromkeys(("dream", "private", "wordless", "opposite", "hidden_link"), 1),
    }

    assert found == {kind: n for kind, n in PLANTED["counts"].items() if kind != "moments"}


def test_every_moment_that_is_named_exists() -> None:
    assert set(named(PLANTED)) <= SPOKEN.keys()


def test_she_asks_nothing_but_the_planted_questions() -> None:
    asked = [each.id for each in SPOKEN.values() for _ in range(each.text.count("?"))]
    hers = [moment for moment in asked if SPOKEN[moment].voice == "her"]

    assert sorted(hers) == sorted(each["moment"] for each in PLANTED["questions"])


@pytest.mark.parametrize("question", PLANTED["questions"], ids=lambda each: each["id"])
def test_an_answer_comes_later_than_its_question(question: dict[str, Any]) -> None:
    order = list(SPOKEN)

    assert (question["state"] == "answered") == ("answered_by" in question)
    if "answered_by" in question:
        assert order.index(question["answered_by"]) > order.index(question["moment"])


def test_a_decision_that_is_reversed_names_the_one_that_reverses_it() -> None:
    by_id = {each["id"]: each for each in PLANTED["decisions"]}
    order = list(SPOKEN)
    for earlier in [each for each in by_id.values() if "reversed_by" in each]:
        later = by_id[earlier["reversed_by"]]

        assert later["reverses"] == earlier["id"]
        assert order.index(later["moment"]) > order.index(earlier["moment"])


def test_a_decision_says_its_because_if_it_has_one() -> None:
    for decision in PLANTED["decisions"]:
        assert ("because" in words_of(SPOKEN[decision["moment"]].text)) == decision["because"]


def test_promises_say_by_when_and_names_are_said_where_they_are_planted() -> None:
    for promise in PLANTED["promises"]:
        assert promise["by"] in SPOKEN[promise["moment"]].text
    for name in PLANTED["names"]:
        assert all(name["name"] in SPOKEN[moment].text for moment in name["moments"])


def test_only_one_number_drifts() -> None:
    normal = EnglishTextNormalizer()
    for number in PLANTED["numbers"]:
        for moment, said in number["says"].items():
            assert said in re.split(r"\D+", normal(SPOKEN[moment].text))

        assert (len(set(number["says"].values())) > 1) == number.get("drifts", False)


@pytest.mark.parametrize("pair", PLANTED["restatements"], ids=lambda each: each["id"])
def test_restatements_share_no_content_word(pair: dict[str, Any]) -> None:
    first, second = (content(moment) for moment in pair["moments"])

    assert first & second == set()


@pytest.mark.parametrize("twin", PLANTED["twins"], ids=lambda each: each["id"])
def test_a_doubtful_twin_says_the_same_sentence_later_and_doubts_it(twin: dict[str, str]) -> None:
    firm, doubtful = SPOKEN[twin["firm"]], SPOKEN[twin["doubtful"]]
    sentence = next(part for part in doubtful.text.split(". "))

    assert sentence in firm.text
    assert doubtful.days_ago < firm.days_ago


def test_the_false_friends_share_one_word_that_means_two_things() -> None:
    first, second = PLANTED["false_friends"]["moments"]

    assert content(first) & content(second) == {PLANTED["false_friends"]["word"]}


def test_twelve_days_before_the_scene_she_said_the_opposite() -> None:
    opposite = PLANTED["opposite"]
    then, now = SPOKEN[opposite["then"]], SPOKEN[opposite["now"]]

    assert then.days_ago - now.days_ago == opposite["days_apart"] == 12
    assert opposite["then_says"] in then.text
    assert opposite["now_says"] in now.text
    known = load_demo(demo.FOLDER)
    assert known is not None
    assert known.is_opposite(then.sound.name)


def test_no_breath_holds_both_the_pill_box_and_the_siren() -> None:
    for moment in SPOKEN:
        said = content(moment)

        assert not (said & PILL_BOX and said & SIREN), moment


def test_both_sides_of_what_is_never_said_are_there() -> None:
    hidden = PLANTED["hidden_link"]

    assert all(content(moment) & {*PILL_BOX, "box"} for moment in hidden["pill_box"])
    assert all(content(moment) & SIREN for moment in hidden["siren"])
    assert hidden["query"] == QUESTION
    assert not set(words_of(QUESTION)) & set(words_of(SPOKEN[hidden["found"]].text))


def test_she_speaks_as_people_do() -> None:
    hers = [each for each in SPOKEN.values() if each.voice == "her"]
    messy = [each for each in hers if MESS.search(each.text)]

    assert len(messy) >= 0.85 * len(hers)


def test_one_voice_is_hers_and_the_others_speak_once_or_twice() -> None:
    voices = [each.voice for each in SPOKEN.values()]

    assert {voices.count("mother"), voices.count("neighbour")} <= {1, 2}
    assert set(voices) == {"her", "mother", "neighbour", "none"}


def test_her_roles_overlap() -> None:
    pairs = {pair for each in SPOKEN.values() for pair in combinations(sorted(each.roles), 2)}

    assert {("daughter", "essayist"), ("daughter", "maker"), ("essayist", "maker")} <= pairs


def test_there_is_a_recording_of_each_and_they_weigh_three_megabytes_at_most() -> None:
    there = {file.stem for file in SOUNDS.iterdir()}

    assert there == SPOKEN.keys()
    assert sum(file.stat().st_size for file in SOUNDS.iterdir()) <= MOST_BYTES


def test_the_scene_is_as_long_as_planned_and_speaks_when_planned() -> None:
    plan = PLANTED["scene_plan"]
    pcm = np.concatenate(list(media.decode(SCENE))).astype(np.float64)
    loud = np.array([pcm[at : at + 1_600].std() > 500 for at in range(0, pcm.size, 1_600)])

    assert pcm.size / 16_000 == pytest.approx(plan["seconds"], abs=0.1)
    assert " ".join(each["text"] for each in plan["sentences"]) == SPOKEN["scene"].text
    for before, after in zip(plan["sentences"], plan["sentences"][1:], strict=False):
        tenths = slice(round(before["end_s"] * 10) + 1, round(after["start_s"] * 10) - 1)
        assert not loud[tenths].any()


def test_after_the_sentence_worth_keeping_there_are_three_seconds_for_a_press() -> None:
    sentences = PLANTED["scene_plan"]["sentences"]
    place = PLANTED["scene_plan"]["worth_keeping"]

    assert PLANTED["opposite"]["now_says"] in sentences[place]["text"]
    assert sentences[place + 1]["start_s"] - sentences[place]["end_s"] == pytest.approx(3.0)


def test_the_newest_comes_first_and_its_day_is_counted_back_from_now() -> None:
    (newest, newest_at), *_, (oldest, oldest_at) = demo_moments(NOON)

    assert newest == SPOKEN["clothes-peg"].sound
    assert newest_at == NOON.replace(hour=7, minute=50)
    assert oldest == SPOKEN["bins"].sound
    assert oldest_at == NOON.replace(hour=6, minute=50) - timedelta(days=21)


@pytest.mark.parametrize("hour", [0, 7, 23])
def test_at_any_hour_nothing_lies_in_the_future_and_the_order_holds(hour: int) -> None:
    now = NOON.replace(hour=hour, minute=5)

    times = [at for _, at in demo_moments(now)]

    assert times[0] < now
    assert times == sorted(times, reverse=True)
    assert len(set(times)) == len(SPOKEN) - 1


HEARD = (
    *("mothers-box", "no-one-responds", "new-rule", "neighbours-lorry", "leaflet", "the-pram"),
    *("first-line", "silly-first", "a-shout", "teaspoon", "street-noise", "soldering", "scene"),
)
"""The recordings that the journeys keep: both sides of the hidden link, near ones, the scene."""


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A home in which these were kept by the real command, and the text of each."""
    home, sounds = tmp_path_factory.mktemp("demo"), tmp_path_factory.mktemp("sounds")
    at = dict(demo_moments(NOON))
    files = [_dated_copy(SPOKEN[moment], at, sounds) for moment in HEARD]
    ran = afterthought("--home", home, "keep", *files, "--json")
    return home, {Path(line["file"]).stem: line["text"] for line in ran.lines}


def _dated_copy(spoken: Spoken, at: dict[Path, datetime], folder: Path) -> Path:
    """`keep` takes the file's time, so that one call keeps many times."""
    copy = Path(shutil.copy(spoken.sound, folder))
    seconds = at.get(spoken.sound, NOON).timestamp()
    os.utime(copy, (seconds, seconds))
    return copy


def found(home: Path, texts: dict[str, str], query: str) -> list[str]:
    """The moments that answer, best first, by the names of their recordings."""
    ids = {text: moment for moment, text in texts.items()}
    ran = afterthought("--home", home, "search", query, "--json")
    return [ids[hit["text"]] for hit in ran.value]


@pytest.mark.long
def test_the_real_product_hears_what_was_said(heard: tuple[Path, dict[str, str]]) -> None:
    _, texts = heard
    normal = EnglishTextNormalizer()
    said = [moment for moment in HEARD if SPOKEN[moment].text]

    rate = jiwer.wer(
        [normal(SPOKEN[moment].text) for moment in said], [normal(texts[moment]) for moment in said]
    )

    assert rate < 0.2
    assert texts["street-noise"] == ""


@pytest.mark.long
def test_the_misheard_name_is_misheard(heard: tuple[Path, dict[str, str]]) -> None:
    (name,) = (each for each in PLANTED["names"] if "misheard_as" in each)
    _, texts = heard

    # Which of the spellings it is depends on the processor.
    heard_as = texts["soldering"].lower()
    assert name["name"].lower() not in heard_as
    assert any(wrong.lower() in heard_as for wrong in name["misheard_as"]), heard_as


@pytest.mark.long
def test_the_offered_query_brings_up_the_pill_box_without_one_shared_word(
    heard: tuple[Path, dict[str, str]],
) -> None:
    home, texts = heard

    first_hits = found(home, texts, QUESTION)[:3]

    assert "no-one-responds" in first_hits
    assert not set(words_of(QUESTION)) & set(words_of(texts["no-one-responds"]))


@pytest.mark.long
def test_the_sentence_worth_keeping_finds_its_opposite(
    heard: tuple[Path, dict[str, str]],
) -> None:
    home, texts = heard
    worth = PLANTED["scene_plan"]["sentences"][PLANTED["scene_plan"]["worth_keeping"]]["text"]

    assert PLANTED["opposite"]["then"] in found(home, texts, worth)[:2]
    assert PLANTED["opposite"]["then"] in found(home, texts, texts["scene"])[:3]


@pytest.mark.usefixtures("_berlin")
def test_a_day_before_the_clocks_changed_has_the_offset_of_that_day() -> None:
    after = datetime(2026, 10, 25, 12, 0).astimezone()

    offsets = {at.date() < after.date(): at.utcoffset() for _, at in demo_moments(after)}

    assert offsets == {True: timedelta(hours=2), False: timedelta(hours=1)}
