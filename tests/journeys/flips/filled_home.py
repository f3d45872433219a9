"""A home with some dozens of moments, so that every table has rows of every kind."""

import hashlib
import random
from dataclasses import dataclass, replace
from pathlib import Path

from core.clock import Recorded
from core.facts import Detail, Fact
from core.moment import Reference, Transcript, Word
from pipeline.meaning.fakes import FakeEmbedder
from pipeline.meaning.placing import placed
from pipeline.store import acts
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept, Sound
from pipeline.store.format.events import Draft
from pipeline.store.sound_files import MadeSound
from pipeline.store.sqlite.archive import SqliteArchive, open_archive

BEGAN_MS = 1_790_000_000_000
WORDS = (
    "amber basil cedar dusk ember fern gravel harbour iris juniper kestrel lantern meadow nettle "
    "orchard pebble quarry raven saddle thistle umber velvet willow yarrow zephyr anvil beacon"
).split()
SPEAKERS = (None, "Anna", "Bert", "Ängela")


@dataclass(frozen=True, slots=True)
class Filled:
    """The words of what was forgotten, by its id."""

    forgotten: dict[str, str]


async def fill(home: Path) -> Filled:
    """Make the archive of this home; the same words in the same order each time."""
    async with open_archive(home) as archive:
        filling = _Filling(archive, home)
        texts = [await filling.type(number) for number in range(16)]
        clips = [await filling.speak(number) for number in range(16, 30)]
        await filling.without_words(30, "no_words")
        await filling.without_words(31, "failed")
        await filling.revise(clips[0])
        await filling.note_facts()
        gone = (texts[2], clips[2])
        words = {each: (await archive.moment(each)).text for each in gone}
        await archive.begin_forgetting(gone)
        await archive.erase_remains()
        for each in (texts[0], clips[1]):
            await acts.hide(archive, await archive.moment(each))
        kept = [e for e in await archive.events_of(texts[1]) if e.kind == "moment_kept"]
        await archive.append(
            drafts.act_undone(texts[1], kept[0].origin, kept[0].seq, author="wearer")
        )
    return Filled(words)


class _Filling:
    def __init__(self, archive: SqliteArchive, home: Path) -> None:
        self._archive = archive
        self._home = home
        self._chance = random.Random(1)
        self._embedder = FakeEmbedder()

    async def type(self, number: int) -> str:
        text, speaker = self._sentence(number), SPEAKERS[number % len(SPEAKERS)]
        imported = number % 3 == 1
        reference = (
            Reference("chat", f"ref {number}") if number % 2 else Reference("a.txt", None, 7)
        )
        kept = Kept(
            self._id(),
            "imported" if imported else "typed",
            self._time(number),
            transcript=Transcript(text),
            speaker=speaker,
            reference=reference if imported else None,
        )
        draft = drafts.moment_kept(kept, author="wearer")
        await self._archive.append(draft, *self._embedded(kept.id, Transcript(text), speaker, 0))
        return kept.id

    async def speak(self, number: int) -> str:
        kept = self._clip(number, revision=0)
        heard = self._heard(number)
        await self._keep(
            kept,
            drafts.moment_kept(kept, author="wearer"),
            drafts.moment_transcribed(kept.id, heard, revision=0),
            *self._embedded(kept.id, heard, kept.speaker, 0),
        )
        return kept.id

    async def without_words(self, number: int, outcome: str) -> None:
        kept = self._clip(number, revision=0)
        heard = Transcript("", model="fake") if outcome == "no_words" else None
        await self._keep(
            kept,
            drafts.moment_kept(kept, author="selector"),
            drafts.moment_transcribed(kept.id, heard, revision=0),
        )

    async def revise(self, moment: str) -> None:
        kept, heard = replace(self._clip(40, revision=1), id=moment), self._heard(41)
        await self._keep(
            kept,
            drafts.clip_revised(kept, author="wearer"),
            drafts.moment_transcribed(moment, heard, revision=1),
            *self._embedded(moment, heard, kept.speaker, 1),
        )

    async def note_facts(self) -> None:
        at, later = Recorded(boot="boot one", boottime_ms=5), self._time(3)
        gap: dict[str, Detail] = {"reason": "overflow", "duration_ms": 900, "estimated": True}
        facts = (
            Fact("gap_found", "ab" * 8, 1600, later, gap),
            Fact("gap_found", "ab" * 8, 3200, at, gap),
            Fact("pause_began", "ab" * 8, 4800, later, {"by": "button", "for_s": 60}),
            Fact("pause_ended", "ab" * 8, 4800, self._time(4), {"by": "timer"}),
            Fact("clock_stepped", "", 0, replace(at, at_ms=BEGAN_MS), {"source": "step"}),
        )
        for fact in facts:
            await self._archive.append(drafts.fact_noted(fact, author="capture"))

    async def _keep(self, kept: Kept, *thought: Draft) -> None:
        assert kept.sound is not None
        part = self._home / "sound" / "a.part"
        part.parent.mkdir(exist_ok=True)
        part.write_bytes(_sound_bytes(kept.sound.samples))
        await self._archive.append(*thought, sound=MadeSound(part, kept.sound.sha256))

    def _clip(self, number: int, revision: int) -> Kept:
        content = _sound_bytes(number)
        sha256 = hashlib.sha256(content).hexdigest()
        return Kept(
            self._id(),
            "press",
            self._time(number),
            reasons=("everything",),
            revision=revision,
            duration_ms=number * 100,
            sound=Sound(sha256, sha256, len(content), number),
            speaker=SPEAKERS[number % len(SPEAKERS)],
        )

    def _embedded(
        self, moment: str, transcript: Transcript, speaker: str | None, revision: int
    ) -> list[Draft]:
        embedding = placed(transcript, speaker, self._embedder)
        assert embedding is not None
        return [drafts.moment_embedded(moment, embedding, revision=revision)]

    def _heard(self, number: int) -> Transcript:
        said = self._sentence(number)
        words = tuple(
            Word(word, place * 300, place * 300 + 250, 0.5 + self._chance.random() / 2, place == 2)
            for place, word in enumerate(said.split())
        )
        return Transcript(said, words, "fake", -0.25)

    def _sentence(self, number: int) -> str:
        return " ".join([f"number{number}", *self._chance.sample(WORDS, 9)])

    def _id(self) -> str:
        return f"{self._chance.getrandbits(64):016x}-0"

    def _time(self, number: int) -> Recorded:
        """Every fourth knows its boot alone, whose clock was set later."""
        if number % 4 == 0:
            return Recorded(boot="boot one", boottime_ms=number * 60_000)
        return Recorded(BEGAN_MS + number * 60_000, 120, "boot two", number, "clock")


def _sound_bytes(number: int) -> bytes:
    return random.Random(number).randbytes(400)
