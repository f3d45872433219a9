import asyncio
import json
import socket
import sys
from pathlib import Path

import pytest

from core.checks import Check
from core.machine import machine_name
from core.paths import Home
from core.settings import HearingSettings, Settings
from core.sync.status import only_service
from pipeline import models
from pipeline.checks import _voice, languages_checks, sync_checks, words_checks
from pipeline.store import voices
from pipeline.store.format.voice_drafts import VoicePrint
from pipeline.store.sqlite.archive import open_archive
from pipeline.sync.identity import open_identity
from tests.ports import free_port


@pytest.fixture(autouse=True)
def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which the languages' model is; where, so that a test can take it away."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    weights = models.machine_folder(models.LANGUAGES_TRANSCRIBER) / "model.bin"
    weights.parent.mkdir(parents=True)
    weights.touch()
    return weights


def told(home: Path, *listed: str) -> list[Check]:
    return list(languages_checks(Settings(hearing=HearingSettings(listed)), home))


def test_doctor_names_the_languages_that_are_heard(home: Path) -> None:
    (check,) = told(home, "en", "de")

    assert (check.state, check.sentence) == ("ok", "What is said is heard as English, German.")


def test_doctor_warns_of_what_it_cannot_take_of_the_list(home: Path) -> None:
    warning, check = told(home, "en", "german")

    assert warning.state == "warn"
    assert 'Write "de" in settings.toml' in warning.sentence
    assert "heard as English." in check.sentence


def test_doctor_warns_of_a_language_without_its_model(home: Path, fetched: Path) -> None:
    fetched.unlink()

    warning, check = told(home, "en", "de", "fr")

    assert check.sentence == "What is said is heard as English."
    assert warning.sentence.startswith("German and French cannot be written down yet")
    assert "`afterthought models --fetch languages`" in warning.sentence
    assert [each.state for each in told(home, "en")] == ["ok"]


def words_told(*listed: str) -> list[Check]:
    return list(words_checks(Settings(hearing=HearingSettings(words=listed))))


def test_doctor_says_how_many_names_are_listed_and_what_it_cannot_take() -> None:
    warning, check = words_told("Niamh", "Radulescu", "42")

    assert "no letter" in warning.sentence
    assert check.sentence.endswith("2 names and terms of yours can be written.")
    assert words_told() == []


def enrol(home: Path) -> None:
    async def enrolled() -> None:
        async with open_archive(home) as archive:
            await voices.enrol(archive, VoicePrint("ge2e", b"\x00\x2c" * 256, 50.0))

    asyncio.run(enrolled())


def test_doctor_warns_where_a_voice_is_enrolled_and_nothing_tells_it(home: Path) -> None:
    assert list(_voice(Settings(), Home(home))) == []
    enrol(home)

    (warning,) = _voice(Settings(), Home(home))

    assert warning.state == "warn"
    assert "models --fetch voices" in warning.advice


def test_doctor_says_that_an_enrolled_voice_is_told(home: Path) -> None:
    enrol(home)
    weights = models.machine_folder(models.known("voice")) / "pretrained.pt"
    weights.parent.mkdir(parents=True)
    weights.touch()

    (check,) = _voice(Settings(), Home(home))

    assert check.state == "ok"


def sync_told(home: Path, port: int) -> list[tuple[str, str]]:
    return [(each.name, each.state) for each in sync_checks(home, port)]


def test_doctor_says_nothing_of_sync_while_there_is_no_other_machine(home: Path) -> None:
    assert sync_told(home, free_port()) == []


def test_doctor_says_how_it_stands_with_other_machines(home: Path) -> None:
    open_identity(home, machine_name())
    (home / "sync" / "peers.json").write_text('{"a key": {}}')

    assert sync_told(home, free_port()) == [("sync", "warn")]  # nobody runs it
    with only_service(home):
        assert sync_told(home, free_port()) == [("sync", "ok")]
        away = {"state": "away", "sentence": "No Afterthought answers."}
        (home / "sync" / "state.json").write_text(json.dumps({"a key": away}))
        (check,) = sync_checks(home, free_port())
    assert (check.state, check.sentence.endswith("No Afterthought answers.")) == ("warn", True)


def test_doctor_names_a_port_that_another_program_uses(home: Path) -> None:
    open_identity(home, machine_name())
    (home / "sync" / "peers.json").write_text('{"a key": {}}')
    with socket.create_server(("", 0)) as other:
        port = other.getsockname()[1]
        fault, _ = sync_checks(home, port)

    assert fault.state == "fail"
    assert f"uses port {port}" in fault.sentence


def test_doctor_names_a_key_that_is_damaged_and_changes_nothing(home: Path) -> None:
    open_identity(home, machine_name())
    (home / "sync" / "peers.json").write_text('{"a key": {}}')
    key = home / "sync" / "identity.json"
    key.write_text("{")
    with only_service(home):
        warning, _ = sync_checks(home, free_port())

    assert (warning.name, warning.state) == ("key", "warn")
    assert "is damaged" in warning.sentence
    assert "afterthought peers add" in warning.advice
    assert key.read_text() == "{"
