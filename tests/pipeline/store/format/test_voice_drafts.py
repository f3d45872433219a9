"""What the journal has of voices comes back as it went in, and what is damaged counts as gone."""

import json

import numpy as np
import pytest

from core.moment import VoiceTurn
from pipeline.store.format import drafts
from pipeline.store.format.voice_drafts import (
    Turns,
    VoicePrint,
    new_voice_subject,
    read_turns,
    read_voice_print,
    voice_enrolled,
    voice_named,
    with_turns,
)

VECTOR = np.full(2 * 256, 0.0625, "<f2").tobytes()
PRINT = VoicePrint("ge2e", VECTOR, 51.2, "Änn")
HEAD = b'{"model": "a", "seconds": 1, "name": null}\n'
TURNS = Turns(
    (VoiceTurn(0, 900, "A"), VoiceTurn(900, 1200, None), VoiceTurn(1500, 2000, "wearer")),
    "ge2e",
)


def test_a_print_comes_back_as_it_went_in() -> None:
    (belonging,) = voice_enrolled(new_voice_subject(), PRINT).belongings

    assert read_voice_print(belonging.content) == PRINT


def test_an_enrolment_says_no_word_and_is_never_synced() -> None:
    draft = voice_enrolled(new_voice_subject(), PRINT)

    assert draft.payload == {"seconds": 51, "sync": "never"}
    assert draft.author == "wearer"


def test_turns_come_back_as_they_went_in() -> None:
    heard = drafts.moment_transcribed("m-0", None, revision=0)

    (belonging,) = with_turns(heard, TURNS).belongings

    assert belonging.kind == "turns"
    assert read_turns(belonging.content) == TURNS


def test_a_clip_without_turns_is_one_too() -> None:
    nothing = Turns((), "ge2e")
    (belonging,) = with_turns(
        drafts.moment_transcribed("m-0", None, revision=0), nothing
    ).belongings

    assert read_turns(belonging.content) == nothing


def test_the_name_of_a_voice_is_no_part_of_the_event() -> None:
    draft = voice_named("m-0", "A", "Bert", revision=2)

    assert draft.payload == {"voice": "A", "revision": 2}
    assert [(each.kind, each.content) for each in draft.belongings] == [("speaker", b"Bert")]


@pytest.mark.parametrize("flipped", range(0, 60, 7))
def test_a_damaged_print_is_one_that_is_gone_or_still_a_print(flipped: int) -> None:
    content = bytearray(voice_enrolled("voice-1", PRINT).belongings[0].content)
    content[flipped] ^= 0x10

    found = read_voice_print(bytes(content))

    assert found is None or isinstance(found, VoicePrint)


@pytest.mark.parametrize(
    "change",
    [{"voice": ["A"]}, {"start_ms": ["0", 1, 2]}, {"model": None}],
)
def test_damaged_turns_count_as_none(change: dict[str, object]) -> None:
    heard = with_turns(drafts.moment_transcribed("m-0", None, revision=0), TURNS)
    content = json.loads(heard.belongings[0].content) | change

    assert read_turns(json.dumps(content).encode()) is None
    assert read_turns(b"{") is None


@pytest.mark.parametrize("content", [b"", b"{}", HEAD])
def test_what_is_no_print_is_none(content: bytes) -> None:
    assert read_voice_print(content) is None


def test_a_print_of_no_numbers_is_none() -> None:
    content = HEAD + np.full(256, np.nan, "<f2").tobytes()

    assert read_voice_print(content) is None


@pytest.mark.parametrize("vector", [VECTOR[:2], VECTOR[:-2], VECTOR[:510], VECTOR + bytes(512)])
def test_a_print_of_no_whole_direction_is_none(vector: bytes) -> None:
    assert read_voice_print(HEAD + vector) is None
