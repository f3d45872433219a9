"""What every kind of archive does with voices: the wearer's print, and the names of others."""

import pytest

from core.errors import NotFound
from core.moment import Transcript, VoiceTurn, Word
from pipeline.store import acts, voices
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept, new_moment_id
from pipeline.store.format.voice_drafts import Turns, VoicePrint, with_turns
from tests.contracts.stores import AT, Both

FIRST = VoicePrint("ge2e", b"\x00\x2c" * 256, 50.0, "Ann")
SECOND = VoicePrint("ge2e", b"\x00\x2c" * 256, 60.0, "Ann")
SAID = Transcript("so yes", (Word("so", 0, 300, 0.9), Word("yes", 900, 1200, 0.9)), "fake")
TURNS = (VoiceTurn(0, 300, "A"), VoiceTurn(900, 1200, "B"))


async def keep_talk(store: Both) -> str:
    moment = new_moment_id()
    kept = drafts.moment_kept(Kept(moment, "recording", AT), author="wearer")
    heard = drafts.moment_transcribed(moment, SAID, revision=0)
    await store.archive.append(kept, with_turns(heard, Turns(TURNS, "ge2e")))
    return moment


async def test_nobody_is_enrolled_at_first(store: Both) -> None:
    assert await voices.voice_print(store.reader) is None
    assert await voices.enrolments(store.reader) == []


async def test_the_newest_print_counts(store: Both) -> None:
    await voices.enrol(store.archive, FIRST)
    await voices.enrol(store.archive, SECOND)

    assert await voices.voice_print(store.reader) == SECOND


async def test_an_undo_brings_back_the_print_from_before(store: Both) -> None:
    await voices.enrol(store.archive, FIRST)
    await voices.enrol(store.archive, SECOND)

    await acts.undo(store.archive)
    assert await voices.voice_print(store.reader) == FIRST
    await acts.undo(store.archive)
    assert await voices.voice_print(store.reader) is None
    await acts.redo(store.archive)
    assert await voices.voice_print(store.reader) == FIRST


async def test_a_print_that_is_erased_is_gone_and_another_can_be_enrolled(store: Both) -> None:
    await voices.enrol(store.archive, FIRST)

    await store.archive.begin_forgetting(await voices.enrolments(store.archive))

    assert await voices.voice_print(store.reader) is None
    assert await voices.enrolments(store.reader) == []
    await voices.enrol(store.archive, SECOND)
    assert await voices.voice_print(store.reader) == SECOND
    assert (await store.archive.check()).problems == []


async def test_the_turns_of_a_moment_are_read_back(store: Both) -> None:
    moment = await keep_talk(store)

    assert await store.reader.turns(await store.reader.moment(moment)) == TURNS


async def test_a_note_has_no_turns(store: Both) -> None:
    moment = await store.keep("the siren")

    assert await store.reader.turns(await store.reader.moment(moment)) == ()


async def test_a_voice_is_named_and_an_undo_takes_the_name(store: Both) -> None:
    moment = await keep_talk(store)

    await voices.name_voice(store.archive, await store.archive.moment(moment), "B", "Bert")
    assert (await store.reader.moment(moment)).voices == '{"B": "Bert"}'

    await acts.undo(store.archive)
    assert (await store.reader.moment(moment)).voices is None


async def test_a_voice_that_does_not_speak_cannot_be_named(store: Both) -> None:
    talk, note = await keep_talk(store), await store.keep("the siren")

    with pytest.raises(NotFound) as caught:
        await voices.name_voice(store.archive, await store.archive.moment(talk), "C", "Bert")
    assert caught.value.advice == "There are: A, B."
    with pytest.raises(NotFound, match="not told apart"):
        await voices.name_voice(store.archive, await store.archive.moment(note), "A", "Bert")


async def test_a_rebuild_knows_the_same_voices(store: Both) -> None:
    moment = await keep_talk(store)
    await voices.enrol(store.archive, FIRST)
    await voices.name_voice(store.archive, await store.archive.moment(moment), "B", "Bert")
    before = await store.archive.moment(moment)

    await store.archive.rebuild()

    assert await store.archive.moment(moment) == before
    assert await voices.voice_print(store.reader) == FIRST
