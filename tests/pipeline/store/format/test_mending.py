"""One flipped bit of an event or a belonging is put right; anything else is left as it is."""

import random
from dataclasses import astuple

import pytest

from core.clock import Recorded
from core.moment import Transcript
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from pipeline.store.format.events import Place, new_belonging, place_event
from pipeline.store.format.mending import (
    MOST_BYTES,
    mended_content,
    mended_event,
    one_bit_away,
)

KEPT = Kept("00aa-0", "typed", Recorded(5, 0), transcript=Transcript("the siren"))
EVENT = place_event(
    drafts.moment_kept(KEPT, author="wearer"), Place("00bb", 4, 9, bytes(32)), 1_790_000_000_000
)
COLUMNS = [each.encode() if isinstance(each, str) else each for each in astuple(EVENT)]


def flipped(value: bytes | int, chance: random.Random) -> bytes | int:
    if isinstance(value, int):
        number = value ^ (1 << chance.randrange(64))
        return number - 2**64 if number >= 2**63 else number
    whole = bytearray(value)
    whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
    return bytes(whole)


@pytest.mark.parametrize("place", range(len(COLUMNS)), ids=EVENT.__slots__)
def test_a_flipped_bit_of_any_column_is_put_right(place: int) -> None:
    chance = random.Random(place)
    for _ in range(5):
        columns = [*COLUMNS]
        columns[place] = flipped(COLUMNS[place], chance)
        assert mended_event(columns) == EVENT


def test_an_event_that_was_altered_is_left_as_it_is() -> None:
    other = [b"agent" if each == b"wearer" else each for each in COLUMNS]

    assert mended_event(other) is None


def test_a_flipped_bit_of_a_belonging_is_put_right() -> None:
    belonging, chance = new_belonging("speaker", "Ängela".encode()), random.Random(7)
    right = (belonging.salt, belonging.content)

    for _ in range(20):
        salt, content = (bytes(flipped(each, chance)) for each in right)
        assert mended_content(salt, right[1], belonging.commitment) == right
        assert mended_content(right[0], content, belonging.commitment) == right
        assert mended_content(salt, content, belonging.commitment) is None


def test_a_belonging_that_would_take_too_long_is_left_as_it_is() -> None:
    belonging = new_belonging("transcript", bytes(MOST_BYTES))
    damaged = b"\1" + belonging.content[1:]

    assert mended_content(belonging.salt, damaged, belonging.commitment) is None
    assert mended_content(belonging.salt, belonging.content, belonging.commitment) is not None


def test_a_name_is_known_again_by_all_but_one_of_its_bits() -> None:
    assert one_bit_away(b"00bc", ["00bb", "00ff", "0"]) == "00bb"
    assert one_bit_away(b"00bc", ["00bb", "00ba"]) is None
    assert one_bit_away(b"00bb", ["00bb"]) is None
