"""The account of what was lost: simulated microphones, whose true losses are known."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.audio import RATE_HZ
from device.microphone.losses import BLOCK_S, Account
from device.ports import BLOCK_SAMPLES, Lost

JITTER_S = 0.08
"""The most that a block is late here: a Pi that is busy with something else."""


@dataclass
class Microphone:
    """A crystal of its own, and a process that is let run late now and then.

    `heard_s` is how much of the world's sound went by, read or lost.
    """

    seed: int = 0
    ppm: float = 0.0
    jitter_s: float = JITTER_S
    began_s: float = 1000.0
    heard_s: float = 0.0
    account: Account = field(default_factory=Account)
    counted: list[Lost] = field(default_factory=list)
    position: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    @property
    def now_s(self) -> float:
        return self.began_s + self.heard_s

    def block(
        self, *, overflowed: bool = False, anew: bool = False, stamped_s: float | None = None
    ) -> Lost | None:
        self.heard_s += BLOCK_S / (1 + self.ppm * 1e-6)
        late_s = min(self.jitter_s, self._chance.expovariate(10 / max(self.jitter_s, 1e-9)))
        stamp_s = self.now_s + late_s if stamped_s is None else stamped_s
        lost = self.account.block(BLOCK_SAMPLES, stamp_s, overflowed=overflowed, anew=anew)
        self.position += BLOCK_SAMPLES + (0 if lost is None else lost.samples)
        if lost is not None:
            self.counted.append(lost)
        return lost

    def listen(self, seconds: float) -> None:
        for _ in range(round(seconds / BLOCK_S)):
            self.block()

    def lose(self, seconds: float) -> None:
        self.heard_s += seconds

    @property
    def off_s(self) -> float:
        """How far the position is from the clock."""
        return self.position / RATE_HZ - self.heard_s


def counted_s(microphone: Microphone) -> list[float]:
    return [round(each.samples / RATE_HZ, 2) for each in microphone.counted]


@pytest.mark.parametrize("ppm", [-200, -20, 0, 20, 200])
def test_hours_of_drift_and_jitter_are_no_loss(ppm: float) -> None:
    microphone = Microphone(ppm=ppm)

    microphone.listen(3 * 3600)

    assert microphone.counted == []


def test_an_overflow_is_counted_at_once_and_by_the_clock() -> None:
    microphone = Microphone(jitter_s=0)
    microphone.listen(60)

    microphone.lose(1.23)
    lost = microphone.block(overflowed=True)

    assert lost == Lost(round(1.23 * RATE_HZ), "overflow", estimated=True)


def test_a_new_child_has_missed_what_the_clock_has_gone_on() -> None:
    microphone = Microphone(jitter_s=0)
    microphone.listen(60)

    microphone.lose(4.5)
    lost = microphone.block(anew=True)

    assert lost == Lost(round(4.5 * RATE_HZ), "restarted")


def test_the_first_child_has_missed_nothing() -> None:
    assert Microphone().block(anew=True) is None


def test_a_loss_that_nobody_told_of_is_found_three_seconds_later() -> None:
    microphone = Microphone()
    microphone.listen(60)

    microphone.lose(2)
    microphone.listen(2.9)
    assert microphone.counted == []
    microphone.listen(2)

    assert [each.reason for each in microphone.counted] == ["stalled"]
    assert counted_s(microphone) == [pytest.approx(2, abs=BLOCK_S)]


def test_blocks_that_come_in_a_bunch_are_no_loss() -> None:
    microphone = Microphone()
    microphone.listen(60)

    at_s = microphone.now_s + 6
    for _ in range(60):
        microphone.block(stamped_s=at_s)
    microphone.listen(60)

    assert microphone.counted == []


def test_a_bunch_does_not_hide_a_loss() -> None:
    microphone = Microphone()
    microphone.listen(60)

    at_s = microphone.now_s + 3
    for _ in range(20):
        microphone.block(stamped_s=at_s)
    microphone.lose(1.0)
    microphone.listen(10)

    assert counted_s(microphone) == [pytest.approx(1, abs=BLOCK_S)]


def test_a_block_that_is_late_as_well_does_not_make_the_loss_larger() -> None:
    microphone = Microphone(jitter_s=0)
    microphone.listen(60)

    microphone.lose(1)
    microphone.listen(3)
    microphone.block(stamped_s=microphone.now_s + 0.9)

    assert counted_s(microphone) == [1.0]


def test_what_trickles_away_faster_than_any_crystal_drifts_is_loss() -> None:
    microphone = Microphone()
    microphone.listen(60)

    for _ in range(200):
        microphone.listen(20)
        microphone.lose(0.03)

    assert sum(counted_s(microphone)) == pytest.approx(200 * 0.03, abs=2 * BLOCK_S)


def test_an_overflow_in_which_nothing_was_lost_is_none() -> None:
    microphone = Microphone(jitter_s=0)
    microphone.listen(60)

    assert microphone.block(overflowed=True) is None


def test_a_loss_that_was_counted_too_high_is_made_good_by_the_next() -> None:
    microphone = Microphone(jitter_s=0)
    microphone.listen(60)

    for _ in range(100):
        microphone.lose(0.5)
        microphone.block(overflowed=True, stamped_s=microphone.now_s + BLOCK_S + 0.09)
        microphone.listen(200)

    assert abs(microphone.off_s) < 0.1


Fault = tuple[str, float, float]

faults = st.lists(
    st.tuples(
        st.sampled_from(["overflow", "anew", "untold", "bunch"]),
        st.floats(0.2, 20.0),
        st.floats(15.0, 300.0),
    ),
    max_size=30,
)


def suffered(microphone: Microphone, found: list[Fault]) -> Iterator[tuple[str, float]]:
    """Each loss, as it was counted and as it was, after sound has come again for a while."""
    for kind, seconds, then_s in found:
        before = sum(each.samples for each in microphone.counted)
        if kind == "bunch":
            at_s = microphone.now_s + 3
            for _ in range(30):
                microphone.block(stamped_s=at_s)
            seconds = 0.0  # noqa: PLW2901 - nothing was lost
        else:
            microphone.lose(seconds)
            microphone.block(overflowed=kind == "overflow", anew=kind == "anew")
        microphone.listen(then_s)
        after = sum(each.samples for each in microphone.counted)
        yield kind, (after - before) / RATE_HZ - seconds


@settings(max_examples=40)
@given(found=faults, ppm=st.floats(-200, 200), seed=st.integers(0, 2**32))
def test_whatever_happens_each_loss_is_right_to_within_a_block(
    found: list[Fault], ppm: float, seed: int
) -> None:
    microphone = Microphone(seed, ppm)
    microphone.listen(30)

    wrong = [(kind, off_s) for kind, off_s in suffered(microphone, found) if abs(off_s) > BLOCK_S]

    drift_s = abs(ppm) * 1e-6 * microphone.heard_s
    assert wrong == []
    assert abs(microphone.off_s) <= BLOCK_S + JITTER_S + drift_s
