"""`enrol`, `speaker`, and the turns that `show` tells."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import pipeline.models.finding
from core.command_line import Arguments, Screen
from core.errors import ModelMissing, NotFound, TextUnreadable, WrongUsage
from core.moment import Transcript, VoiceTurn, Word
from core.paths import Home
from core.settings import Settings
from pipeline import media
from pipeline.commands import acts
from pipeline.enrol import Reading, enrol, forget_voice
from pipeline.forget import forget_everything
from pipeline.spool.spool import Spool
from pipeline.store import voices
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept, new_moment_id
from pipeline.store.format.voice_drafts import Turns, VoicePrint, with_turns
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.voices import command
from pipeline.voices.enrolling import Enrolment
from pipeline.voices.wearer import THRESHOLD, likeness
from tests.contracts.stores import AT
from tests.fetched import put_into
from tests.test_commands_document import examples, shape

VECTOR = np.random.default_rng(3).random(256).astype("<f2").tobytes()
PRINT = VoicePrint("ge2e", VECTOR, 50.0, "Quirinalia")
SAID = Transcript(
    "Shall we? Yes.",
    (Word("Shall", 0, 300, 0.9), Word("we?", 300, 600, 0.9), Word("Yes.", 900, 1200, 0.9)),
    "fake",
)
TURNS = Turns((VoiceTurn(0, 600, "A"), VoiceTurn(900, 1200, "wearer")), "ge2e")


async def keep_talk(archive: SqliteArchive) -> str:
    moment = new_moment_id()
    kept = drafts.moment_kept(Kept(moment, "recording", AT), author="wearer")
    heard = drafts.moment_transcribed(moment, SAID, revision=0)
    await archive.append(kept, with_turns(heard, TURNS))
    return moment


def asked(**given: object) -> Arguments:
    defaults = {"files": [], "add": False, "name": None, "forget": False, "home": None}
    return Arguments(**{**defaults, **given})


def every_byte(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


@pytest.mark.long
def test_who_read_into_files_is_known_and_told_from_another(
    home: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_into(home, "voice")
    folder = data / "speech/dev/librispeech-test-other"
    read = [str(folder / f"1688-142285-000{nth}.flac") for nth in (0, 1, 3, 4)]

    assert command.enrol(asked(files=read, name="Ann"), Screen(as_json=True)) == 0

    made = json.loads(capsys.readouterr().out)
    assert (made["name"], made["quality"]) == ("Ann", "fair")
    assert made["seconds"] > 25
    reading = Reading(Settings(), home)

    async def known() -> VoicePrint | None:
        async with open_archive(home) as archive:
            return await voices.voice_print(archive)

    print_ = asyncio.run(known())
    assert print_ is not None
    for name, is_own in (("1688-142285-0006", True), ("3005-163389-0000", False)):
        heard = reading.heard(np.concatenate(list(media.decode(folder / f"{name}.flac"))))
        other = reading.enrolment([heard] * 3, None, lambda _: None)
        alike = likeness(np.frombuffer(other.print.vector, "<f2")[:256].astype("f4"), print_)
        assert (alike > THRESHOLD) == is_own


async def test_after_a_forget_no_file_has_the_print(home: Path) -> None:
    async with open_archive(home) as archive:
        await voices.enrol(archive, PRINT)
        await voices.enrol(archive, PRINT)
        assert VECTOR in every_byte(home)

        assert await forget_voice(archive, Spool(Home(home).spool)) == (2, True)

        assert await voices.voice_print(archive) is None
        assert VECTOR not in every_byte(home)
        assert b"Quirinalia" not in every_byte(home)
    assert VECTOR not in every_byte(home)


async def test_whoever_forgets_everything_forgets_the_voice_too(home: Path) -> None:
    async with open_archive(home) as archive:
        await voices.enrol(archive, PRINT)

        assert await forget_everything(archive, Spool(Home(home).spool))

        assert await voices.voice_print(archive) is None
        assert VECTOR not in every_byte(home)


async def test_where_nobody_is_enrolled_there_is_nothing_to_erase(home: Path) -> None:
    async with open_archive(home) as archive:
        with pytest.raises(NotFound, match="No voice is enrolled"):
            await forget_voice(archive, Spool(Home(home).spool))


@pytest.mark.parametrize("more", [{"add": True}, {"name": "Ann"}, {"files": ["a.wav"]}])
def test_forget_goes_with_nothing_else(more: dict[str, object]) -> None:
    with pytest.raises(WrongUsage, match="nothing else"):
        command.enrol(asked(forget=True, **more), Screen(as_json=True))


def test_without_the_model_it_is_said_how_it_comes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pipeline.models.finding, "machine_folder", lambda _: tmp_path / "none")

    with pytest.raises(ModelMissing) as caught:
        command.enrol(asked(files=["a.wav"]), Screen(as_json=True))
    assert "models --fetch voices" in caught.value.advice


@pytest.mark.parametrize("name", ["Zo\udcff", "red\x1b[31m", "N" * 5_000])
async def test_what_is_no_name_is_refused_before_anything_is_read(home: Path, name: str) -> None:
    with pytest.raises(TextUnreadable, match="name"):
        await command._enrol(asked(files=["there_is_none.wav"], name=name), Screen(as_json=True))
    async with open_archive(home) as archive:
        naming = Arguments(id=await keep_talk(archive), voice="a", name=[name])
        with pytest.raises(TextUnreadable, match="name"):
            await command.speaker(archive, naming, Screen(as_json=True))


@pytest.mark.parametrize("add", [True, False])
@pytest.mark.parametrize(
    ("name", "then"), [(None, "Quirinalia"), ("Ann", "Ann"), ("", None), (" ", None)]
)
async def test_a_name_stays_until_another_or_none_is_given(
    home: Path, *, add: bool, name: str | None, then: str | None
) -> None:
    async with open_archive(home) as archive:
        await voices.enrol(archive, PRINT)

        again = Enrolment(replace(PRINT, name=command._name(name)), 0.9)
        await enrol(archive, again, add=add)

        known = await voices.voice_print(archive)
        assert known is not None
        assert known.name == then


async def test_show_tells_who_speaks_by_name(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_archive(home) as archive:
        moment = await keep_talk(archive)
        naming = Arguments(id=moment, voice="a", name=["Bert", " B. "])
        await command.speaker(archive, naming, Screen(as_json=True))
        await acts.show(archive, Arguments(ids=[moment], fetch=False), Screen(as_json=True))
        await acts.show(archive, Arguments(ids=[moment], fetch=False), Screen(as_json=False))

    named, shown, text = capsys.readouterr().out.split("\n", 2)
    assert json.loads(named) == {"id": moment, "voice": "A", "name": "Bert B."}
    assert json.loads(shown)["turns"] == [
        {"voice": "A", "name": "Bert B.", "start_s": 0.0, "end_s": 0.6, "text": "Shall we?"},
        {"voice": "wearer", "name": None, "start_s": 0.9, "end_s": 1.2, "text": "Yes."},
    ]
    assert "  Bert B.: Shall we?\n  You: Yes.\n" in text
    assert "You named a voice of moment" in text


async def test_a_voice_without_a_name_is_refused(home: Path) -> None:
    async with open_archive(home) as archive:
        moment = await keep_talk(archive)
        with pytest.raises(TextUnreadable):
            await command.speaker(
                archive, Arguments(id=moment, voice="A", name=["  "]), Screen(as_json=True)
            )


def test_what_they_print_is_what_the_document_promises(
    capsys: pytest.CaptureFixture[str],
) -> None:
    command._show(Enrolment(PRINT, 0.9), Screen(as_json=True))

    assert shape(json.loads(capsys.readouterr().out)) == {
        **shape(examples("enrol")[0]),  # type: ignore[dict-item]
        "name": str,
    }
    assert examples("speaker")[0].keys() == {"id", "voice", "name"}
