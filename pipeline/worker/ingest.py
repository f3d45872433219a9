"""From a letter of the spool to moments: one thought each, repeatable after any kill."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import ModelMissing
from core.facts import Fact
from core.files import clear_away, erase_file, make_folder, sweep_parts
from core.log import get_log
from core.moment import Reference, Transcript
from core.pcm import Pcm
from core.spool_port import Clip, TypedText
from pipeline import media
from pipeline.known_texts import known_moment, says_the_same
from pipeline.refining.drafting import heard_drafts, recognised, typed_drafts
from pipeline.spool.clip_sound import duration_ms, read_clip, read_through
from pipeline.spool.formats import read_batch, read_fact
from pipeline.spool.names import without_words
from pipeline.spool.spool import Letter, Spool
from pipeline.store import acts
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Embedding, Kept, Sound
from pipeline.store.format.events import Draft
from pipeline.store.giving_way import give_way
from pipeline.store.port import Archive, Forgotten
from pipeline.store.sound_files import MadeSound, part_path
from pipeline.worker.again import language_is_open
from pipeline.worker.at_a_time import MOST
from pipeline.worker.encoding import both, encode_here, to_its_end
from pipeline.worker.model_process import Heard, Models, ModelsFailed, Said
from pipeline.worker.pace import Pace

Report = Callable[[dict[str, Any]], None]
"""Told what happened, for whoever waits or watches: ids and numbers, never a word."""

SLOW_MS = 10_000
"""A longer clip's moment stands, with its sound, before its words are there."""

AT_ONCE_SLOWLY = 2
"""The models have the next sound as soon as they are done with one."""

BATCH = 64
"""Texts to one transaction: a quarter of a second of embedding, and one fsync."""

IN_A_ROW = 3
"""Texts on which the models fail one after the other, before the rest of a letter waits too."""


class Lent(Exception):
    """A peer works on the words of this moment now; its letter stays for another time."""


async def _nothing() -> frozenset[str]:
    return frozenset()


class Ingest:
    """Works on letters, one at a time. Every step asks the journal first what is there."""

    def __init__(self, archive: Archive, models: Models, spool: Spool, report: Report) -> None:
        self._archive = archive
        self._models = models
        self._spool = spool
        self._report = report
        self._keeping_texts = asyncio.Lock()
        self._kept_texts = 0
        self._ear = asyncio.Semaphore(MOST)
        self._is_slow = False
        self.lent: Callable[[], Awaitable[frozenset[str]]] = _nothing
        """The moments that peers work on now."""
        self.hearing: set[str] = set()
        """The moments whose words are being heard here."""
        self.pace = Pace()

    def go_slowly(self) -> None:
        """On a machine that hears one sound at a time, and that for minutes.

        Each clip's moment stands with its sound before, and those that wait may be lent.
        """
        self._is_slow, self._ear = True, asyncio.Semaphore(AT_ONCE_SLOWLY)

    async def take(self, letter: Letter) -> None:
        """Make this letter's moments and take it out of the spool.

        Raises LetterBroken, ModelsFailed (what needs no model is kept by then, and the rest may
        be tried again), and UserError where somebody has to act first; the letter then stays
        where it is.
        """
        try:
            await self._make(letter)
        except (ModelMissing, ModelsFailed):
            await self._make_without_models(letter)
            raise
        self._spool.remove(letter)

    async def take_without_models(self, letter: Letter) -> None:
        """Keep what needs no model. It stays in the spool, unless a peer has heard it."""
        await self._make_without_models(letter)
        if letter.kind == "clip" and await self._is_heard(read_clip(letter.path)[0]):
            self._spool.remove(letter)

    async def keep_selected(
        self, path: Path, clip: Clip, heard: Heard, signals: Mapping[str, int]
    ) -> None:
        """Make the moment of a clip that lies in no spool, with the words that were heard.

        Where it comes to nothing, or whoever wanted it is cancelled, no sound of it is left.
        """
        pcm, part = read_clip(path)[1], part_path(self._archive.home, f"{clip.id}.selected")
        try:
            letter = Letter(path, "clip")
            thought, sound = await to_its_end(self._kept(letter, clip, pcm, part, signals))
            if thought:
                words = await self._words(clip, heard)
                await to_its_end(self._append_keep(clip, *thought, *words, sound=sound))
        finally:
            erase_file(part)

    async def give_up(self, letter: Letter) -> None:
        """Leave its moment without what the models were to make of it: `retry` hears it again."""
        if letter.kind == "clip":
            clip, _ = read_clip(letter.path)
            if not await self._was_heard(clip):
                failed = drafts.moment_transcribed(clip.id, None, revision=clip.revision)
                await self._append(clip.id, failed, sound=None)
        self._spool.remove(letter)

    async def _make(self, letter: Letter) -> None:
        if letter.kind == "texts":
            await self._place_texts(await self._take_in_batch(letter, self._models.read))
        elif letter.kind == "fact":
            await self._take_in_fact(read_fact(letter.path))
        else:
            await self._take_in_clip(letter)

    async def _make_without_models(self, letter: Letter) -> None:
        """A note can be found by its words, and a clip be played, while the models fail on it."""
        if letter.kind == "texts":
            await self._take_in_batch(letter, _no_vectors)
            return
        clip, pcm = read_clip(letter.path)
        if len(pcm) and not await self._archive.is_forgotten(clip.id):
            thought, sound = await self._kept(letter, clip, pcm)
            await self._append_keep(clip, *thought, sound=sound)

    async def _take_in_clip(self, letter: Letter) -> None:
        clip, pcm = read_clip(letter.path)
        # One whose writer was killed as it began, or whose disk refused, holds nothing.
        if len(pcm) == 0 or await self._archive.is_forgotten(clip.id):
            return
        await asyncio.to_thread(read_through, letter.path)
        if self._is_slow or duration_ms(pcm) > SLOW_MS:
            thought, sound = await self._kept(letter, clip, pcm)
            await self._append_keep(clip, *thought, sound=sound)
            if words := await self._heard(letter, clip, pcm):
                await self._append(clip.id, *words, sound=None)
        else:
            (thought, sound), words = await both(
                self._kept(letter, clip, pcm), self._heard(letter, clip, pcm)
            )
            await self._append_keep(clip, *thought, *words, sound=sound)

    async def _heard(self, letter: Letter, clip: Clip, pcm: Pcm) -> list[Draft]:
        """The words of a clip, and its vectors; nothing where the journal has them."""
        if await self._is_heard(clip):
            return []
        async with self._ear:
            if clip.id in await self.lent():
                raise Lent
            self.hearing.add(clip.id)
            try:
                tell = self._progress(clip, pcm, "words")
                heard = await self._models.hear(letter.path, tell)
            finally:
                self.hearing.discard(clip.id)
        self.pace.heard(duration_ms(pcm) / 1000, heard.cpu_s)
        if await self._is_heard(clip):  # a peer was done first
            return []
        return await self._words(clip, heard)

    async def _words(self, clip: Clip, heard: Heard) -> list[Draft]:
        voices = await recognised(self._archive, heard)
        return heard_drafts(clip.id, clip.revision, heard, voices)

    async def _kept(
        self,
        letter: Letter,
        clip: Clip,
        pcm: Pcm,
        part: Path | None = None,
        signals: Mapping[str, int] | None = None,
    ) -> tuple[list[Draft], MadeSound | None]:
        """The keep of a clip, or its revision, and the sound; nothing where the journal has it.

        `part` is where the sound lies until it is kept; its moment's by itself.
        """
        revision = await self._revision(clip)
        if revision is not None and revision >= clip.revision:
            return [], None
        part = part or part_path(self._archive.home, clip.id)
        make_folder(part.parent)
        clear_away(part)
        encoded = await self._encoded(letter, clip, pcm, part)
        sound = Sound(encoded.sha256, encoded.pcm_sha256, encoded.bytes, encoded.samples)
        kept = Kept(
            clip.id,
            clip.how,
            clip.recorded,
            reasons=clip.reasons,
            revision=clip.revision,
            duration_ms=duration_ms(pcm),
            sound=sound,
            speaker=clip.speaker,
            reference=None if clip.source is None else Reference(clip.source),
            act=clip.act or (drafts.new_act_id() if clip.replaces else None),
            signals=signals,
            replaces=clip.replaces,
        )
        by_itself = clip.how == "selected" and clip.act is None
        author = "selector" if by_itself else "wearer"
        draft = drafts.moment_kept if revision is None else drafts.clip_revised
        return [draft(kept, author=author)], MadeSound(part, encoded.sha256)

    async def _revision(self, clip: Clip) -> int | None:
        """The highest revision of this clip that the journal has, undone or not."""
        events = await self._archive.events_of(clip.id)
        kinds = {"moment_kept", "clip_revised"}
        return max((int(e.payload["revision"]) for e in events if e.kind in kinds), default=None)

    async def _is_heard(self, clip: Clip) -> bool:
        """True where nothing is left to hear: it was heard, or a later revision was kept.

        What was in another language, or hardly in English, is heard again when it comes again.
        """
        row = await self._archive.find_moment(clip.id)
        is_current = row is not None and row.revision == clip.revision
        if row is not None and is_current and await language_is_open(self._archive, row):
            return False
        return await self._was_heard(clip)

    async def _was_heard(self, clip: Clip) -> bool:
        """True where the journal has what was heard, or a later revision, in whatever language."""
        events = await self._archive.events_of(clip.id)
        return any(
            e.payload["revision"] >= clip.revision + (e.kind == "clip_revised")
            for e in events
            if e.kind in {"moment_transcribed", "clip_revised"}
            and e.payload.get("outcome") != "failed"
        )

    async def _take_in_fact(self, fact: Fact) -> None:
        events = await self._archive.events_of(fact.subject)
        if not any(drafts.tells(event, fact) for event in events):
            await self._archive.append(drafts.fact_noted(fact, author="capture"))
            self._report({"event": "noted", "kind": fact.kind, "subject": fact.subject})

    async def _take_in_batch(self, letter: Letter, read: "_Read") -> list[TypedText]:
        """Take in every text of it, and set its broken lines aside; the texts that were known."""
        batch = read_batch(letter.path)
        known = await self._take_in_texts(batch.texts, read)
        if batch.broken:
            lies = self._spool.set_lines_aside(letter, batch.broken)
            get_log().error(
                "lines_set_aside",
                letter=without_words(letter.path.name),
                lines=len(batch.broken),
                reason=lies.reason,
            )
        return known

    async def _take_in_texts(self, texts: Sequence[TypedText], read: "_Read") -> list[TypedText]:
        """Keep those that are new; the others."""
        known: list[TypedText] = []
        for start in range(0, len(texts), BATCH):
            some, before = texts[start : start + BATCH], self._kept_texts
            new = await self._unknown(some)
            embeddings = await read(list(map(_said, new))) if new else []
            await self._keep_texts(new, embeddings, before)
            await self._keep_again(some)
            known += [each for each in some if each not in new]
        return known

    async def _keep_texts(
        self, texts: Sequence[TypedText], embeddings: Sequence[Embedding | None], before: int
    ) -> None:
        """While their vectors were made, another letter may have brought the same."""
        async with self._keeping_texts:
            is_alone = self._kept_texts == before
            new = texts if is_alone else await self._unknown(texts)
            thought = [
                draft
                for text, embedding in zip(texts, embeddings, strict=True)
                if text in new
                for draft in typed_drafts(text, embedding)
            ]
            if thought:
                await self._archive.append(*thought)
                self._kept_texts += 1
        for each in new:
            self._report({"event": "searchable", "moment": each.id})

    async def _place_texts(self, texts: Sequence[TypedText]) -> None:
        """Make the vectors of those that were kept without. Raises ModelsFailed in the end.

        One by one, so that a text on which the models fail does not cost its neighbours theirs.
        """
        failures: list[ModelsFailed] = []
        for text in texts:
            if not await self._lacks_vectors(text):
                continue
            try:
                (embedding,) = await self._models.read([_said(text)])
            except ModelsFailed as error:
                failures.append(error)
                if len(failures) >= IN_A_ROW:
                    break
            else:
                if embedding is not None:
                    embedded = drafts.moment_embedded(text.id, embedding)
                    await self._append(text.id, embedded, sound=None)
        if failures:
            raise failures[-1]

    async def _lacks_vectors(self, text: TypedText) -> bool:
        """True for a moment that this text became, and that has none yet."""
        kinds = {event.kind for event in await self._archive.events_of(text.id)}
        return "moment_kept" in kinds and not kinds & {"moment_embedded", "moment_forgotten"}

    async def _unknown(self, texts: Sequence[TypedText]) -> list[TypedText]:
        """Those that are not there yet; of several with one ref, the first."""
        new: dict[object, TypedText] = {}
        for text in texts:
            known = await known_moment(self._archive, text)
            if known is None and not await self._archive.is_forgotten(text.id):
                has_ref = text.reference is not None and text.reference.ref is not None
                new.setdefault(text.reference if has_ref else text.id, text)
        return list(new.values())

    async def _keep_again(self, texts: Sequence[TypedText]) -> None:
        """What was imported before and then undone is seen again: the wearer imports it anew."""
        for text in texts:
            known = await known_moment(self._archive, text)
            if known is None or known.id == text.id or known.state == "visible":
                continue
            if says_the_same(known, text):
                await acts.keep_again(self._archive, known, text.act)

    async def _append_keep(self, clip: Clip, *thought: Draft, sound: MadeSound | None) -> None:
        if thought:
            await self._append(clip.id, *thought, sound=sound)
        await give_way(self._archive, clip)

    async def _append(self, moment: str, *thought: Draft, sound: MadeSound | None) -> None:
        try:
            await self._archive.append(*thought, sound=sound)
        except Forgotten:  # by the wearer, while it was being worked on: the forget wins
            if sound is not None:
                erase_file(sound.path)
            return
        worded = any(each.kind == "moment_transcribed" for each in thought)
        self._report({"event": "searchable" if worded else "kept", "moment": moment})

    async def _encoded(self, letter: Letter, clip: Clip, pcm: Pcm, part: Path) -> media.Encoded:
        """Encode in the models' process, where FFmpeg's memory is given back with theirs.

        Where that fails, here: sound is kept whatever becomes of the models.
        """
        tell = self._progress(clip, pcm, "sound")
        try:
            return await self._models.encode(letter.path, part, tell)
        except ModelsFailed:
            clear_away(part)
            return await encode_here(pcm, part, tell)

    def _progress(self, clip: Clip, pcm: Pcm, step: str) -> Callable[[float], None]:
        """Tells of a step of the work on a clip: `sound` (its file is made), then `words`."""
        told = {"event": "progress", "moment": clip.id, "step": step}
        total_s = duration_ms(pcm) / 1000
        return lambda done_s: self._report({**told, "done_s": done_s, "total_s": total_s})


_Read = Callable[[Sequence[Said]], Any]


def _said(text: TypedText) -> Said:
    return Transcript(text.text), text.speaker


async def _no_vectors(said: Sequence[Said]) -> list[Embedding | None]:
    return [None] * len(said)


def sweep_sound_parts(home: Path) -> None:
    """Remove sound that was being encoded when its worker was killed. For the lock's holder."""
    sweep_parts(home / "sound")
