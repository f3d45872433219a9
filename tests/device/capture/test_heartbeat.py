"""The heartbeat: what a power cut leaves, and the gap that follows from it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.capture_status import CaptureState
from core.clock import FakeClock, Recorded
from device.capture.heartbeat import FILE_NAME, Beat, Heartbeat, gap_since, last_beat

STREAM = "00112233aabbccdd"


class Life:
    """A capture of which only the heart beats."""

    def __init__(self, folder: Path) -> None:
        self.runtime, self.home = folder / "run", folder / "home"
        self.runtime.mkdir()
        self.home.mkdir()
        self.clock = FakeClock()
        self.heart = Heartbeat(self.runtime, self.home, self.clock)
        self.position = 0

    def live(self, seconds: float, state: CaptureState = "listening") -> None:
        for _ in range(round(seconds * 10)):
            self.clock.advance(0.1)
            self.position += 1600
            self.heart.hear(1600)
            self.heart.beat(self.clock.monotonic_s(), STREAM, self.position, state)

    def start_again(self, boot: str | None = "boot") -> None:
        self.heart = Heartbeat(self.runtime, self.home, self.clock)
        self.heart.go_on_from(last_beat(self.runtime, self.home, boot))

    def last(self, boot: str | None = "boot") -> Beat:
        beat = last_beat(self.runtime, self.home, boot)
        assert beat is not None
        return beat

    def lose_power(self) -> Recorded:
        """What lay in memory is gone, and the clock of the boot begins anew."""
        (self.runtime / FILE_NAME).unlink()
        return Recorded(None, None, "another boot", 20_000)


@pytest.fixture
def life(tmp_path: Path) -> Life:
    return Life(tmp_path)


def test_before_anything_ever_ran_there_is_no_beat_and_no_gap(tmp_path: Path) -> None:
    assert last_beat(tmp_path, tmp_path, "boot") is None
    assert gap_since(None, FakeClock().recorded_now()) is None


def test_killed_within_a_boot_the_gap_is_known_to_a_second(life: Life) -> None:
    life.live(700)
    life.clock.advance(60)

    fact = gap_since(life.last(), life.clock.recorded_now())

    assert fact is not None
    assert fact.details["uncertain_ms"] == 1000
    duration_ms = fact.details["duration_ms"]
    assert isinstance(duration_ms, int)
    assert 60_000 <= duration_ms <= 61_100
    assert life.position - 16_000 <= fact.position <= life.position


def test_after_a_power_cut_it_is_known_to_five_minutes_and_its_length_is_not(life: Life) -> None:
    life.live(700)
    now = life.lose_power()

    fact = gap_since(life.last("another boot"), now)

    assert fact is not None
    assert fact.kind == "gap_found"
    assert fact.stream == STREAM
    assert fact.details == {
        "reason": "stopped",
        "samples": None,
        "duration_ms": None,
        "estimated": True,
        "uncertain_ms": 300_000,
    }
    assert life.position - fact.position <= 300 * 16_000
    assert fact.ended == now


def test_the_same_gap_told_twice_is_one_fact(life: Life) -> None:
    life.live(10)
    beat = life.last()

    facts = [gap_since(beat, life.clock.recorded_now()) for _ in range(2)]

    assert facts[0] is not None
    assert facts[0] == facts[1]


def test_after_a_clean_end_there_is_no_gap_not_even_after_a_reboot(life: Life) -> None:
    life.live(10)
    life.heart.end()
    assert gap_since(life.last(), life.clock.recorded_now()) is None

    now = life.lose_power()
    assert gap_since(life.last("another boot"), now) is None


def test_a_new_start_takes_the_clean_end_back(life: Life) -> None:
    life.live(10)
    life.heart.end()
    life.heart = Heartbeat(life.runtime, life.home, life.clock)
    life.live(0.1)

    now = life.lose_power()

    assert gap_since(life.last("another boot"), now) is not None


def test_paused_nothing_is_missed_and_a_pause_is_durable_at_once(life: Life) -> None:
    life.live(10)
    life.live(0.1, "paused")
    now = life.lose_power()

    assert life.last("another boot").state == "paused"
    assert gap_since(life.last("another boot"), now) is None


def test_a_resume_is_durable_at_once_as_well(life: Life) -> None:
    life.live(10, "paused")
    life.live(0.1, "listening")
    now = life.lose_power()

    assert gap_since(life.last("another boot"), now) is not None


def test_the_disk_is_written_each_five_minutes_and_memory_each_second(life: Life) -> None:
    written = {life.runtime: set[bytes](), life.home: set[bytes]()}
    for _ in range(9100):  # a quarter of an hour and a bit
        life.live(0.1)
        for folder, seen in written.items():
            seen.add((folder / FILE_NAME).read_bytes())

    assert len(written[life.home]) == 4
    assert 909 <= len(written[life.runtime]) <= 912


@pytest.mark.parametrize("torn", [b"", b"{", b"[]", b'{"recorded": {}}', b"\xff\xfe", b"null"])
def test_a_torn_file_counts_as_not_there(life: Life, torn: bytes) -> None:
    life.live(10)
    (life.runtime / FILE_NAME).write_bytes(torn)
    assert life.last().uncertain_ms == 300_000

    (life.home / FILE_NAME).write_bytes(torn)
    assert last_beat(life.runtime, life.home, "boot") is None


def test_a_runtime_folder_that_outlived_a_boot_does_not_hide_a_later_beat(life: Life) -> None:
    life.live(10)
    beat = life.last()
    later = replace(beat, recorded=replace(beat.recorded, boot="the boot after"), position=7)
    told = json.loads((life.home / FILE_NAME).read_bytes())
    told["recorded"]["boot"], told["position"] = "the boot after", 7
    (life.home / FILE_NAME).write_text(json.dumps(told), encoding="utf-8")

    assert life.last("yet another").position == later.position


def test_a_disk_that_refuses_is_told_once_and_stops_nothing(life: Life) -> None:
    life.runtime.joinpath(FILE_NAME).mkdir()

    with capture_logs() as told:
        life.live(700)

    assert [each["event"] for each in told] == ["heartbeat_failed"]


def test_what_was_heard_today_outlives_a_restart_and_ends_with_the_day(life: Life) -> None:
    life.live(20)
    life.heart.end()
    life.start_again()
    life.live(10)
    assert life.heart.heard_today() == 30 * 16_000

    life.clock.advance(86_400)
    assert life.heart.heard_today() == 0
    life.live(5)
    assert life.heart.heard_today() == 5 * 16_000


def test_a_power_cut_takes_five_minutes_of_the_count_at_most(life: Life) -> None:
    life.live(700)
    life.lose_power()

    life.start_again("another boot")

    assert 400 * 16_000 <= life.heart.heard_today() <= 700 * 16_000


def test_what_is_heard_before_the_clock_is_set_counts_on_the_day_that_it_shows_then(
    life: Life,
) -> None:
    now_ms = life.clock.now_ms()
    life.clock.set(None)
    life.live(20)
    assert life.heart.heard_today() == 20 * 16_000

    life.clock.set(now_ms)
    life.live(10)

    assert life.heart.heard_today() == 30 * 16_000


def test_a_beat_of_a_version_that_did_not_count_is_read(life: Life) -> None:
    life.live(1)
    told = json.loads((life.runtime / FILE_NAME).read_text(encoding="utf-8"))
    del told["heard"]
    for folder in (life.runtime, life.home):
        (folder / FILE_NAME).write_text(json.dumps(told), encoding="utf-8")

    life.start_again()

    assert life.last().heard.samples == 0
    assert life.heart.heard_today() == 0
