"""Why there is no sound, told apart by what the kernel shows."""

import os
from pathlib import Path

import pytest

from device.microphone.faults import MayRead, fault


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with a card that can play and another that can record."""
    for name in ("pcmC0D0p", "pcmC1D0c", "controlC1", "seq"):
        (tmp_path / "snd").mkdir(exist_ok=True)
        (tmp_path / "snd" / name).touch()
    held(tmp_path, "closed\n")
    return tmp_path


def held(machine: Path, status: str) -> None:
    folder = machine / "asound" / "card1" / "pcm0c" / "sub0"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "status").write_text(status)


def yes(_: Path) -> bool:
    return True


def no(_: Path) -> bool:
    return False


def said(machine: Path, code: str, may_read: MayRead = yes, **about: object) -> str:
    told = {"code": code, **about}
    return str(fault(told, machine / "snd", machine / "asound", may_read))


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("no_portaudio", "libportaudio2"),
        ("no_microphone", "Plug one in"),
        ("microphone_busy", "Another program"),
        ("microphone_silent", "stopped sending sound"),
        ("microphone_failed", "cannot be read"),
        ("something_new", "cannot be read"),
    ],
)
def test_each_fault_is_a_sentence_with_the_next_step(
    tmp_path: Path, code: str, sentence: str
) -> None:
    assert sentence in said(tmp_path, code)


def test_one_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    told = said(tmp_path, "microphone_away", named="Lavalier", there=["pulse", "USB (hw:1,0)"])

    assert told.startswith("The microphone 'Lavalier' is not there; there is 'pulse', 'USB (hw")


@pytest.mark.parametrize("code", ["no_microphone", "microphone_failed", "microphone_away"])
def test_a_microphone_that_this_user_may_not_open_is_told_from_none(
    machine: Path, code: str
) -> None:
    assert "usermod -aG audio" in said(machine, code, no, named="x")
    assert "usermod" not in said(machine, code, named="x")


def test_a_microphone_that_portaudio_hides_since_it_is_held_names_who_holds_it(
    machine: Path,
) -> None:
    held(machine, f"state: RUNNING\nowner_pid   : {os.getpid()}\ntrigger_time: 1\n")

    told = said(machine, "no_microphone")

    name = Path("/proc/self/comm").read_text().strip()
    assert told.startswith(f"Another program holds the microphone: {name}, process {os.getpid()}.")


def test_a_free_microphone_beside_a_held_one_is_not_called_busy(machine: Path) -> None:
    held(machine, "state: RUNNING\nowner_pid : 1\n")
    (machine / "snd" / "pcmC2D0c").touch()

    assert "Another program" not in said(machine, "no_microphone")


def test_without_any_card_there_is_no_microphone(tmp_path: Path) -> None:
    assert "There is no microphone" in said(tmp_path, "no_microphone", no)
