from collections.abc import Iterable

import numpy as np
import pytest

from core.audio import FRAME_S, FRAME_SAMPLES
from device.memory.utterances import Listening, Utterance, quietest_fifth

QUIET, SPOKEN = 0.003, 0.1


class Threshold:
    """A gate that opens after three frames of speech and closes after ten without."""

    def __init__(self) -> None:
        self.open = False
        self._count = 0

    def feed(self, probability: float) -> None:
        towards = (probability >= 0.5) != self.open
        self._count = self._count + 1 if towards else 0
        if self._count >= (10 if self.open else 3):
            self.open, self._count = not self.open, 0


def listen(*stretches: tuple[float, float, int]) -> Listening:
    """Probability, loudness and number of frames of each stretch."""
    listening = Listening(Threshold(), capacity_s=20)
    for probability, loudness, frames in stretches:
        for _ in range(frames):
            listening.feed(probability, loudness)
            now = listening.frames * FRAME_SAMPLES
            listening.moved(max(0, now - 20 * 16_000), now)
    return listening


def in_frames(utterances: Iterable[Utterance]) -> list[tuple[int, int | None, bool]]:
    return [
        (u.onset // FRAME_SAMPLES, None if u.offset is None else u.offset // FRAME_SAMPLES, u.faint)
        for u in utterances
    ]


def test_an_utterance_reaches_from_its_first_to_its_last_frame_of_speech() -> None:
    found = listen((0.0, QUIET, 20), (0.9, SPOKEN, 30), (0.0, QUIET, 40))

    assert in_frames(found.utterances) == [(20, 50, False)]
    assert found.speech_samples == 30 * FRAME_SAMPLES


def test_speech_that_still_lasts_is_counted() -> None:
    found = listen((0.0, QUIET, 20), (0.9, SPOKEN, 30))
    assert found.speech_samples == 30 * FRAME_SAMPLES

    found = listen((0.9, SPOKEN, 30), (0.0, QUIET, 40), (0.9, SPOKEN, 20), (0.0, QUIET, 5))
    assert found.speech_samples == 50 * FRAME_SAMPLES


def test_speech_that_is_forgotten_while_it_lasts_was_heard_all_the_same() -> None:
    found = listen((0.9, SPOKEN, 30))

    found.begin_anew(40)

    assert found.speech_samples == 30 * FRAME_SAMPLES


def test_while_it_lasts_it_has_no_end() -> None:
    assert in_frames(listen((0.0, QUIET, 20), (0.9, SPOKEN, 30)).utterances) == [(20, None, False)]


def test_a_soft_beginning_belongs_to_its_utterance() -> None:
    found = listen((0.0, QUIET, 20), (0.2, QUIET, 10), (0.9, SPOKEN, 30), (0.0, QUIET, 40))

    assert in_frames(found.utterances) == [(20, 50 + 10, False)]


def test_what_murmurs_for_long_before_an_utterance_is_something_else() -> None:
    found = listen((0.0, QUIET, 20), (0.15, QUIET, 300), (0.9, SPOKEN, 30), (0.0, QUIET, 40))

    assert [each.faint for each in found.utterances] == [True, False]
    assert found.utterances[0].offset == found.utterances[1].onset


def test_what_never_opens_the_gate_is_faint() -> None:
    found = listen((0.0, QUIET, 20), (0.2, QUIET, 10), (0.0, QUIET, 40))

    assert in_frames(found.utterances) == [(20, 30, True)]


def test_a_sound_far_above_the_background_is_faint_speech_at_least() -> None:
    found = listen((0.0, QUIET, 100), (0.0, SPOKEN, 10), (0.0, QUIET, 40))

    assert in_frames(found.utterances) == [(100, 110, True)]


def test_a_steady_noise_is_background() -> None:
    assert in_frames(listen((0.0, SPOKEN, 200)).utterances)[1:] == []


def test_utterances_that_the_ring_has_lost_are_forgotten() -> None:
    found = listen((0.9, SPOKEN, 30), (0.0, QUIET, round(25 / FRAME_S)))

    assert list(found.utterances) == []


@pytest.mark.parametrize("noise", [0.0, 0.09])
def test_a_cut_falls_on_the_frame_that_is_least_like_speech(noise: float) -> None:
    found = listen((0.9, SPOKEN, 30), (noise, QUIET, 5), (0.0, QUIET, 5), (0.9, SPOKEN, 30))

    cut = found.quietest(0, found.now, 0) // FRAME_SAMPLES

    assert 30 + 2 <= cut < 40 - 1


def test_in_even_noise_a_cut_falls_where_it_is_best() -> None:
    found = listen((0.0, QUIET, 200))

    assert abs(found.quietest(0, found.now, 64_000) - 64_000) <= FRAME_SAMPLES


def test_a_stretch_is_measured_by_its_own_frames_and_the_room_before_it() -> None:
    found = listen((0.0, QUIET, 40), (0.9, SPOKEN, 30), (0.0, QUIET, 20), (0.6, 0.3, 10))

    measured = found.measured(40 * FRAME_SAMPLES, 70 * FRAME_SAMPLES)

    assert measured.speech == pytest.approx(0.9)
    assert measured.loudness == pytest.approx(SPOKEN)
    assert measured.background == pytest.approx(QUIET)


def test_what_is_held_no_more_measures_as_nothing() -> None:
    found = listen(*[(0.9, SPOKEN, 30), (0.0, QUIET, 40)] * 20)

    measured = found.measured(0, 30 * FRAME_SAMPLES)

    assert (measured.speech, measured.loudness) == (0.0, 0.0)


def test_the_quietest_fifth_is_what_numpy_finds() -> None:
    chance = np.random.default_rng(5)
    for count in (1, 2, 3, 6, 11, 311, 312):
        loudness = chance.random(count).tolist()

        assert quietest_fifth(loudness) == pytest.approx(np.percentile(loudness, 20))
