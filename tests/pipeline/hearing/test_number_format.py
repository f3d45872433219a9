"""The numbers that Whisper works in: what was measured, unless settings or memory say else."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest

from core.settings import MachineSettings, ModelSettings, Settings
from pipeline.hearing import number_format
from pipeline.hearing.number_format import (
    FORMATS,
    Measured,
    NumberFormat,
    Work,
    check,
    chosen,
    measure,
    measured,
)
from pipeline.media import decode
from pipeline.transcribers import open_transcriber
from tests.journeys.command import PILL_BOX

FULL = Settings(machine=MachineSettings(profile="full"))
ZERO = Settings(machine=MachineSettings(profile="zero"))


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nothing was measured yet."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return tmp_path


@pytest.fixture
def took(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Measured]:
    """Measures work that takes so many CPU seconds in each format."""

    def measured_as(**seconds: float) -> Measured:
        now_s = [0.0]
        monkeypatch.setattr(time, "process_time", lambda: now_s[0])

        def load(name: NumberFormat) -> Work:
            def work() -> None:
                now_s[0] += seconds[name]

            return work

        return measure(load)

    return measured_as


def test_what_is_faster_here_is_chosen_and_stays(took: Callable[..., Measured]) -> None:
    assert chosen(FULL) == "int8"

    took(int8=2.0, float32=1.0)
    assert chosen(FULL) == "float32"
    assert measured() == Measured(2.0, 1.0)

    took(int8=1.0, float32=2.0)
    assert chosen(FULL) == "int8"


def test_float32_has_to_be_clearly_faster_for_it_takes_more_memory(
    took: Callable[..., Measured],
) -> None:
    took(int8=1.05, float32=1.0)

    assert chosen(FULL) == "int8"


def test_where_memory_is_short_it_is_int8_whatever_is_faster(
    took: Callable[..., Measured],
) -> None:
    took(int8=2.0, float32=1.0)

    assert chosen(ZERO) == "int8"


def test_the_settings_have_the_last_word(took: Callable[..., Measured]) -> None:
    took(int8=1.0, float32=2.0)

    named = replace(ZERO, models=ModelSettings(number_format="float32"))
    assert chosen(named) == "float32"
    assert check(named).state == "ok"
    assert "settings.toml" in check(named).sentence


def test_what_was_measured_on_another_processor_does_not_count(
    took: Callable[..., Measured], machine: Path
) -> None:
    took(int8=2.0, float32=1.0)
    record = machine / "models" / "number_format.json"
    told = json.loads(record.read_text(encoding="utf-8"))

    told["on"]["processor"] = "0x41 0xd08"
    record.write_text(json.dumps(told), encoding="utf-8")

    assert measured() is None
    assert chosen(FULL) == "int8"


@pytest.mark.parametrize("text", ["", "[]", "[" * 100_000, '{"on": 1}', '{"cpu_s": null}'])
def test_a_damaged_record_counts_as_none(machine: Path, text: str) -> None:
    (machine / "models").mkdir()
    (machine / "models" / "number_format.json").write_text(text, encoding="utf-8")

    assert measured() is None
    assert check(FULL).state == "warn"


@pytest.mark.parametrize("wrong", [None, "1.0", 0, -1.0, True, float("nan"), float("inf"), [1.0]])
def test_a_record_of_what_is_no_time_counts_as_none(
    took: Callable[..., Measured], machine: Path, wrong: object
) -> None:
    took(int8=1.0, float32=2.0)
    record = machine / "models" / "number_format.json"
    told = json.loads(record.read_text(encoding="utf-8"))

    told["cpu_s"]["float32_s"] = wrong
    record.write_text(json.dumps(told), encoding="utf-8")

    assert measured() is None
    assert check(FULL).state == "warn"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        ({"int8": 1.0, "float32": 1.8}, "as int8 here: 1.8 times as fast as float32."),
        ({"int8": 3.0, "float32": 2.0}, "as float32 here: 1.5 times as fast as int8."),
        ({"int8": 1.0, "float32": 1.0}, "as int8 here: about as fast as float32, in less memory."),
    ],
)
def test_the_doctor_says_which_and_why(
    took: Callable[..., Measured], seconds: dict[str, float], told: str
) -> None:
    took(**seconds)

    assert check(FULL).state == "ok"
    assert check(FULL).sentence.endswith(told)


def test_the_doctor_says_what_to_do_where_nothing_was_measured() -> None:
    assert check(FULL).state == "warn"
    assert check(FULL).advice == "Run `./run setup`, which measures it."
    assert check(ZERO).state == "ok"


def test_the_doctor_sends_nobody_to_a_set_up_that_measures_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        number_format, "profile", lambda named="auto": "zero" if named == "auto" else named
    )

    assert check(FULL).state == "ok"
    assert "models.number_format" in check(FULL).advice


@pytest.mark.long
def test_the_transcriber_works_in_what_was_chosen(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    load = ctranslate2.models.Whisper

    def loaded(*where: str, **how: Any) -> object:
        taken.append(how["compute_type"])
        return load(*where, **how)

    monkeypatch.setattr(ctranslate2.models, "Whisper", loaded)
    said = np.concatenate(list(decode(PILL_BOX)))
    for name in FORMATS:
        told = Settings(models=ModelSettings(number_format=name))
        transcriber = open_transcriber(told, home)
        assert "siren" in transcriber.transcribe(said).text

    assert taken == ["int8", "float32"]
