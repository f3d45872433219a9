"""How fast a disk is, and what that means for a press."""

from pathlib import Path

import pytest

from core.settings import DeviceSettings, MachineSettings, Settings
from device.machine.disk_speed import Storage, judged, measure, memory_check, storage_check


def test_a_real_disk_is_measured_and_nothing_is_left(tmp_path: Path) -> None:
    storage = measure(tmp_path)

    assert storage.write_mb_s > 0
    assert 0 < storage.append_median_ms <= storage.append_p99_ms
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("storage", "state", "words"),
    [
        (Storage(85.0, 4.0, 12.0), "ok", "kept 27 ms after"),
        (Storage(10.0, 20.0, 80.0), "ok", "kept 212 ms after"),
        (Storage(1.5, 20.0, 80.0), "warn", "class A1"),
        (Storage(20.0, 20.0, 4000.0), "warn", "at worst 4000"),
    ],
)
def test_the_sentence_tells_when_a_press_is_safe(storage: Storage, state: str, words: str) -> None:
    check = judged(storage)

    assert check.state == state
    assert words in f"{check.sentence} {check.advice}"


def test_of_a_home_that_is_not_there_yet_the_disk_that_it_will_be_on_is_measured(
    tmp_path: Path,
) -> None:
    check = storage_check(tmp_path / "not" / "yet")

    assert check.state in {"ok", "warn"}
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_nothing_is_a_sentence() -> None:
    check = storage_check(Path("/proc/nowhere"))

    assert check.state == "fail"
    assert check.advice


def test_the_memory_of_the_ring_is_told_with_its_size() -> None:
    settings = Settings(device=DeviceSettings(ring_s=1800))

    check = memory_check(settings)

    assert check.sentence.startswith("The last 30.0 min of sound take 57.6 MB")


def test_on_a_small_machine_the_ring_is_five_minutes_at_most() -> None:
    settings = Settings(machine=MachineSettings(profile="zero"), device=DeviceSettings(ring_s=1800))

    assert memory_check(settings).sentence.startswith("The last 5.0 min")
