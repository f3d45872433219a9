"""A run over a day of noise goes on where it was ended."""

from pathlib import Path

import pytest

from bench.hearing.noise import record as noise_record
from bench.hearing.noise.noises import DRY, Trial
from bench.hearing.noise.record import Clip, Invented, Record

TRIALS = [Trial("rain.flac", "rain", 5.0, 0, DRY, offset) for offset in (0, 137, 1_601)]
WORDS = Clip(asked=True, invented=Invented(TRIALS[1], "Thank you.", 2, 1))


def clips_in(path: Path) -> list[Clip]:
    with Record(path, TRIALS) as record:
        return record.clips


def test_it_goes_on_with_what_it_found(tmp_path: Path) -> None:
    with Record(tmp_path / "record", TRIALS) as record:
        record.add(Clip(asked=False))
        record.add(WORDS)

    with Record(tmp_path / "record", TRIALS) as record:
        assert record.clips == [Clip(asked=False), WORDS]
        assert record.invented == [WORDS.invented]
        record.add(Clip(asked=True))

    assert len(clips_in(tmp_path / "record")) == len(TRIALS)


def test_a_line_that_broke_off_is_heard_again(tmp_path: Path) -> None:
    with Record(tmp_path / "record", TRIALS) as record:
        record.add(Clip(asked=False))
        record.add(WORDS)
    (tmp_path / "record").write_bytes((tmp_path / "record").read_bytes()[:-9])

    assert clips_in(tmp_path / "record") == [Clip(asked=False)]


def test_other_trials_and_other_code_begin_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Record(tmp_path / "record", TRIALS) as record:
        record.add(WORDS)

    assert clips_in(tmp_path / "other") == []
    monkeypatch.setattr(noise_record, "HEARING", ())
    assert clips_in(tmp_path / "record") == []


def test_what_lies_there_and_is_no_record_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "record").write_text("no record\n")

    with Record(tmp_path / "record", TRIALS) as record:
        assert record.clips == []
