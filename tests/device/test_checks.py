"""`doctor` on the porch: each thing with a wire, and the next step where it is missing."""

from pathlib import Path

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory

from core.errors import UserError
from core.places import Home
from device import checks
from device.microphone import MicrophoneFault


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpiozero.Device, "pin_factory", MockFactory())


def without_sound(_: str | None) -> UserError:
    return MicrophoneFault("There is no microphone on this machine.", advice="Plug one in.")


def test_without_a_microphone_the_rest_works_and_the_next_step_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "why_no_microphone", without_sound)

    (found,) = checks.checks(Home(home))

    assert (found.state, found.advice) == ("warn", "Plug one in.")


def test_pins_are_looked_at_where_the_settings_name_them(
    home: Path, monkeypatch: pytest.MonkeyPatch, board: None
) -> None:
    monkeypatch.setattr(checks, "why_no_microphone", lambda _: None)
    (home / "settings.toml").write_text("[device]\nbutton_pin = 17\nlight_pin = 27\n")

    assert [(each.name, each.state) for each in checks.checks(Home(home))] == [
        ("microphone", "ok"),
        ("button", "ok"),
        ("light", "ok"),
    ]


def test_a_pin_that_cannot_be_had_fails_with_the_next_step(
    home: Path, monkeypatch: pytest.MonkeyPatch, board: None
) -> None:
    monkeypatch.setattr(checks, "why_no_microphone", lambda _: None)
    (home / "settings.toml").write_text("[device]\nlight_pin = 27\n")

    with gpiozero.LED(27):
        found = list(checks.checks(Home(home)))[-1]

    assert found.state == "fail"
    assert "settings.toml" in found.advice
