"""When capture is gone its light is dark: real processes, killed and stopped, on pins that stay."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.light_off_after_kill import PIN, FilePins, killed, shared, showing, stopped, wait_for
from core.settings import DeviceSettings
from device.signals.all_off import darken
from tests.waiting import PATIENCE_S

TREE = Path(__file__).parents[3]


def test_killed_while_lit_the_pin_stays_lit_until_it_is_driven_low(tmp_path: Path) -> None:
    levels = shared(tmp_path / "pins")
    with showing(tmp_path / "pins", "fault") as process:
        assert wait_for(levels, lit=True, at_most_s=PATIENCE_S) is not None
        process.send_signal(signal.SIGSTOP)  # so that it is lit when the kill arrives
        process.kill()
        process.wait()
    lit = bool(levels[PIN])

    darken(DeviceSettings(light_pin=PIN), FilePins(tmp_path / "pins"))

    assert lit
    assert not levels[PIN]


def test_killed_at_any_instant_it_is_dark_within_four_seconds(tmp_path: Path) -> None:
    with showing(tmp_path / "pins", "continuing") as process:
        came = killed(tmp_path / "pins", process)

    assert came.dark_after_s is not None


def test_stopped_between_two_blinks_it_is_dark_and_stays_so(tmp_path: Path) -> None:
    levels = shared(tmp_path / "pins")
    with showing(tmp_path / "pins", "listening") as process:
        assert wait_for(levels, lit=False, at_most_s=PATIENCE_S) is not None
        came = stopped(tmp_path / "pins", process)
        again = wait_for(levels, lit=True, at_most_s=4.0)

    assert came.dark_after_s is not None
    assert again is None


def test_it_darkens_motors_as_well(tmp_path: Path) -> None:
    pins = FilePins(tmp_path / "pins")
    pins.levels[18] = pins.levels[12] = 1

    troubles = darken(DeviceSettings(motor_pin=18, buzzer_pin=12), pins)

    assert troubles == []
    assert not any(pins.levels[:])


@pytest.mark.parametrize(
    ("settings", "status", "words"),
    [
        ("", 0, ""),
        ("[device]\nlight_spi = '/nowhere/spidev0.1'\n", 1, "do_spi"),
        ("[device]\nlight_pin = 99\n", 1, "light_pin"),
    ],
)
def test_as_the_unit_runs_it(tmp_path: Path, settings: str, status: int, words: str) -> None:
    (tmp_path / "settings.toml").write_text(settings, encoding="utf-8")

    ended = subprocess.run(
        [sys.executable, "-m", "device.signals.all_off", "--home", str(tmp_path)],
        cwd=TREE,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == status
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
