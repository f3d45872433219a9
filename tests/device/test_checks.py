"""`doctor` on the device: each thing with a wire, and the next step where it is missing."""

from pathlib import Path

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory

from core.access.unswapped_file import NoMemory
from core.checks import Check
from core.errors import UserError
from core.paths import Home
from device import checks, pins
from device.microphone.faults import MicrophoneFault
from tests.device.wearer import Wearer


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpiozero.Device, "pin_factory", MockFactory())


def without_sound(*_: object) -> UserError:
    return MicrophoneFault("There is no microphone on this machine.", advice="Plug one in.")


def with_sound(*_: object) -> None:
    return None


def found(home: Path) -> dict[str, Check]:
    return {each.name: each for each in checks.checks(Home(home))}


def test_without_a_microphone_the_rest_works_and_the_next_step_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "why_no_microphone", without_sound)

    told = found(home)

    assert (told["microphone"].state, told["microphone"].advice) == ("warn", "Plug one in.")
    assert told["storage"].state in {"ok", "warn"}
    assert told["memory"].state in {"ok", "warn"}


def test_what_the_settings_name_is_tried_and_let_go(
    home: Path, monkeypatch: pytest.MonkeyPatch, board: None
) -> None:
    monkeypatch.setattr(checks, "why_no_microphone", with_sound)
    (home / "settings.toml").write_text("[device]\nbutton_pin = 17\nlight_pin = 27\n")

    for _ in range(2):
        told = found(home)
        assert told["microphone"].state == "ok"
        assert told["wires"].state == "ok"
        assert told["wires"].sentence.startswith("2 ")


def test_a_pin_that_cannot_be_had_fails_with_the_next_step(
    home: Path, monkeypatch: pytest.MonkeyPatch, board: None
) -> None:
    monkeypatch.setattr(checks, "why_no_microphone", with_sound)
    (home / "settings.toml").write_text("[device]\nlight_pin = 27\n")

    with gpiozero.LED(27):
        told = found(home)["wires"]

    assert told.state == "fail"
    assert told.advice


def test_a_missing_library_for_the_pins_is_one_line_for_all_of_them(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise ImportError("No module named 'lgpio'")

    (home / "gpiochip0").touch()
    monkeypatch.setattr(pins, "DEVICES", home)
    monkeypatch.setattr(pins, "_board", missing)
    monkeypatch.setattr(checks, "why_no_microphone", with_sound)
    (home / "settings.toml").write_text("[device]\nbutton_pin = 17\nlight_pin = 27\n")

    told = [each for each in checks.checks(Home(home)) if each.name == "wires"]

    assert [each.state for each in told] == ["fail"]
    assert "lgpio, is missing" in told[0].sentence


def test_a_capture_that_runs_is_asked_and_nothing_is_taken_from_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "why_no_microphone", without_sound)
    wearer = Wearer(home)
    wearer.say(3)
    wearer.capture.parts.control._serve = lambda asked, answer: answer(wearer.ask(**asked))
    wearer.capture.parts.control.start()

    told = found(home)
    wearer.capture.parts.control.stop()

    assert told["capture"].sentence
    assert told["microphone"].sentence != without_sound().sentence
    assert "120 s" in told["memory"].sentence


def test_where_ambient_can_have_no_safe_memory_doctor_says_what_to_do(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> None:
        raise NoMemory("It could be swapped.", advice="Turn swap off.")

    monkeypatch.setattr(checks, "why_no_microphone", with_sound)
    assert "selection" not in found(home)
    (home / "settings.toml").write_text('[selection]\npolicy = "ambient"\n')
    monkeypatch.setattr(checks, "protection", lambda: "lock")
    assert found(home)["selection"].state == "ok"

    monkeypatch.setattr(checks, "protection", none)
    told = found(home)["selection"]
    assert (told.state, told.advice) == ("warn", "Turn swap off.")
