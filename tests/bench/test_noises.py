"""The clips of noise that `bench invented_words` makes."""

from pathlib import Path

import numpy as np

from bench.hearing.noise.noises import DRY, Trial, sample, sounds, trials


def test_there_are_28_hours_in_rooms_and_an_eighth_of_that_as_recorded(data: Path) -> None:
    every = trials(data)
    dry_s = sum(each.seconds for each in every if each.room == DRY)

    assert round(sum(each.seconds for each in every) / 3600 - dry_s / 3600) == 28
    assert round(dry_s / 3600, 1) == 3.5
    assert len(set(every)) == len(every)


def test_a_sample_is_as_long_as_asked_and_the_same_for_a_seed(data: Path) -> None:
    every = trials(data)
    chosen = sample(every, 600, seed=3)

    assert 600 <= sum(each.seconds for each in chosen) < 700
    assert chosen == sample(every, 600, seed=3)
    assert chosen != sample(every, 600, seed=4)
    assert len({each.room for each in chosen}) > 4


def test_a_room_makes_a_sound_longer_and_leaves_it_about_as_loud(data: Path) -> None:
    rain = next(each for each in trials(data) if each.label == "rain" and each.gain_db == 0)
    room = next(each for each in trials(data) if each.file == rain.file and each.room != DRY)
    there = Trial(rain.file, rain.label, rain.seconds, 0, room.room, 137)

    (_, dry), (_, wet) = sounds(data, [rain, there])

    assert wet.size > dry.size + 137
    assert (wet[:137] == 0).all()
    loud, louder = (np.sqrt(np.mean(pcm.astype(float) ** 2)) for pcm in (wet, dry))
    assert 0.5 < loud / louder < 2


def test_what_is_too_loud_is_clipped(data: Path) -> None:
    (_, pcm) = next(sounds(data, [each for each in trials(data) if each.gain_db == 12][:1]))

    assert np.abs(pcm.astype(int)).max() <= 32_767
