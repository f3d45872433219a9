"""Blocks out of what a child sends: their lengths, their times, their losses."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.audio import RATE_HZ
from device.microphone.blocks import Blocks
from device.microphone.conversion import Form, Intake
from device.microphone.losses import Account
from device.ports import BLOCK_SAMPLES, Block, Lost

MONO = Form(RATE_HZ, 1, "int16")


def made(form: Form = MONO, account: Account | None = None) -> Blocks:
    return Blocks(form, Intake(form), account or Account())


def sound(samples: int) -> bytes:
    return np.arange(samples).astype(np.int16).tobytes()


def lengths(found: list[Block]) -> list[int]:
    return [len(each.pcm) for each in found]


def test_blocks_have_one_length_whatever_is_read_at_once() -> None:
    blocks = made()

    found = [list(blocks.take(sound(samples), 1.0)) for samples in (1000, 1000, 3000)]

    assert [lengths(each) for each in found] == [[], [1600], [1600, 1600]]


def test_the_time_of_a_block_is_that_of_its_last_sample() -> None:
    blocks = made()

    (first,) = blocks.take(sound(2000), 100.0)
    second, third = blocks.take(sound(2800), 100.175)

    assert first.arrived_s == pytest.approx(100.0 - 400 / RATE_HZ)
    assert second.arrived_s == pytest.approx(100.175 - 1600 / RATE_HZ)
    assert third.arrived_s == pytest.approx(100.175)


def test_a_hurried_block_is_as_long_as_what_was_read() -> None:
    blocks = made()
    list(blocks.take(sound(400), 1.0))

    found = list(blocks.take(sound(160), 1.01, hurried=True))

    assert lengths(found) == [560]
    assert lengths(list(blocks.take(sound(1600), 1.11))) == [1600]


def test_what_came_before_a_loss_is_handed_over_before_it() -> None:
    blocks = made()
    list(blocks.take(sound(1600), 1.0))
    list(blocks.take(sound(700), 1.0 + 700 / RATE_HZ))

    found = list(blocks.take(sound(1600), 3.0, overflowed=True))

    missing = round(2.0 * RATE_HZ) - 700 - 1600
    assert lengths(found) == [700, 1600]
    assert [each.lost for each in found] == [None, Lost(missing, "overflow")]


def test_two_losses_before_one_block_are_one() -> None:
    blocks = made()
    list(blocks.take(sound(1600), 1.0))

    assert list(blocks.take(b"", 2.0, overflowed=True)) == []
    (found,) = blocks.take(sound(1600), 3.1, overflowed=True)

    assert found.lost == Lost(2 * RATE_HZ, "overflow")


def test_the_next_child_goes_on_with_the_same_account() -> None:
    account = Account()
    first, second = made(account=account), made(account=account)

    (before,) = first.take(sound(1600), 10.0)
    (after,) = second.take(sound(1600), 14.1)

    assert before.lost is None
    assert after.lost == Lost(4 * RATE_HZ, "restarted")


def test_clipped_samples_are_counted_once() -> None:
    blocks = made()
    full = np.full(1600, 32767, np.int16).tobytes()

    found = [*blocks.take(sound(1000) + full[:1200], 1.0), *blocks.take(sound(3000), 1.1)]

    assert [each.clipped for each in found] == [600, 0]


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.booleans()), max_size=40),
    st.sampled_from([MONO, Form(48_000, 2, "int32"), Form(44_100, 1, "int16")]),
)
def test_every_sample_is_handed_over_once_and_times_never_fall(
    reads: list[tuple[int, bool]], form: Form
) -> None:
    blocks, frames, found = made(form), 0, list[Block]()

    for count, hurried in reads:
        frames += count
        raw = bytes(count * form.frame_bytes)
        found += blocks.take(raw, 50 + frames / form.rate_hz, hurried=hurried)
    found += blocks.finish()

    assert sum(lengths(found)) == pytest.approx(frames * RATE_HZ / form.rate_hz, abs=1)
    assert all(0 < length <= BLOCK_SAMPLES for length in lengths(found))
    assert all(a.arrived_s <= b.arrived_s for a, b in itertools.pairwise(found))
