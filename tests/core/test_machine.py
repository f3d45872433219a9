"""What tells this machine from others."""

from pathlib import Path

import pytest

from core import machine
from core.machine import machine_name


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    serial, machine_id = tmp_path / "serial-number", tmp_path / "machine-id"
    monkeypatch.setattr(machine, "_SERIAL", serial)
    monkeypatch.setattr(machine, "_MACHINE_ID", machine_id)
    return serial, machine_id


def test_a_machine_is_told_by_its_serial_number_before_its_id(names: tuple[Path, Path]) -> None:
    serial, machine_id = names
    assert machine_name() == b""

    machine_id.write_bytes(b"abc\n")
    assert machine_name() == b"machine-id:abc"

    serial.write_bytes(b"100000001\0")
    assert machine_name() == b"serial-number:100000001"


def test_memory_is_given_back_as_often_as_it_is_asked_for_and_never_complained_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = list[int]()
    machine.give_memory_back()
    monkeypatch.setattr(machine, "_trim", lambda: kept.append)
    machine.give_memory_back()
    machine.give_memory_back()
    assert kept == [0, 0]

    monkeypatch.setattr(machine, "_trim", lambda: None)  # a C library that is not glibc
    machine.give_memory_back()
    assert kept == [0, 0]
