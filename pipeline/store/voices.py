"""The wearer's voice print, as the journal has it, and naming the voices of a moment."""

from core.errors import NotFound
from pipeline.store.format.voice_drafts import (
    WEARER,
    VoicePrint,
    new_voice_subject,
    read_voice_print,
    voice_enrolled,
    voice_named,
)
from pipeline.store.port import Archive, Reader
from pipeline.store.spoken_turns import names_of
from pipeline.store.views.moment_fold import MomentRow, undone_events


async def voice_print(reader: Reader) -> VoicePrint | None:
    """The print of the newest enrolment that counts; None where there is none, or it was erased."""
    for event in await reader.enrolments():
        if await reader.is_forgotten(event.subject):
            continue
        if event.place in undone_events(await reader.events_of(event.subject)):
            continue
        for belonging in event.commitments:
            content = await reader.belonging(belonging)
            found = None if content is None else read_voice_print(content)
            if found is not None:
                return found
    return None


async def names_in(reader: Reader, moment: MomentRow) -> dict[str, str]:
    """What the voices of a moment are called: the wearer as the print says, unless named there."""
    named = names_of(moment.voices)
    if moment.turns is None or WEARER in named:
        return named
    print_ = await voice_print(reader)
    return named if print_ is None or print_.name is None else {WEARER: print_.name, **named}


async def enrolments(reader: Reader) -> list[str]:
    """The subject of every enrolment that was not erased, undone ones among them."""
    subjects = dict.fromkeys(event.subject for event in await reader.enrolments())
    return [each for each in subjects if not await reader.is_forgotten(each)]


async def enrol(archive: Archive, print_: VoicePrint) -> None:
    """Know the wearer by this print from now on."""
    await archive.append(voice_enrolled(new_voice_subject(), print_))


async def name_voice(archive: Archive, moment: MomentRow, voice: str, name: str) -> None:
    """Name a voice of this moment. Raises NotFound where it has none of that letter."""
    async with archive.thought() as thought:
        row = await thought.moment(moment.id)
        turns = await thought.turns(row)
        voices = dict.fromkeys(turn.voice for turn in turns if turn.voice is not None)
        if voice not in voices:
            raise _no_such_voice(voice, list(voices))
        await thought.append(voice_named(row.id, voice, name, revision=row.revision))


def _no_such_voice(voice: str, voices: list[str]) -> NotFound:
    if not voices:
        return NotFound(
            "The voices of this moment were not told apart.",
            advice="`afterthought models --fetch voices` brings what tells them apart in what is "
            "kept from then on.",
        )
    there = ", ".join(each if each != WEARER else "wearer (you)" for each in voices)
    return NotFound(f"No voice {voice} speaks in this moment.", advice=f"There are: {there}.")
