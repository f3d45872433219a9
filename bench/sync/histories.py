"""What wearers do, at random, on one copy of an archive: every act there is.

A kind of event that no act here makes fails a test: whoever adds one, adds it here.
"""

import contextlib
import hashlib
import json
import os
import random
from collections.abc import Awaitable, Callable, Mapping

from core.clock import Recorded
from core.errors import UserError
from core.facts import Fact
from core.moment import Transcript, VoiceTurn, Word
from pipeline.selection.teaching import dismiss, more, reset
from pipeline.store import acts
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Embedding, How, Kept, PassageCut, Refined, Sound
from pipeline.store.format.voice_drafts import (
    Turns,
    VoicePrint,
    new_voice_subject,
    voice_enrolled,
    voice_named,
    with_turns,
)
from pipeline.store.port import Forgotten
from pipeline.store.sound_files import MadeSound, sound_folder
from pipeline.store.views.moment_fold import MomentRow
from pipeline.sync.leaving.rule import Leaving

from .installs import Install

_WORDS = "the pump leaks because we never let the valve down before friday".split()
_HOW: tuple[How, ...] = ("press", "recording", "file", "selected")


Act = Callable[[Install, random.Random], Awaitable[None]]


async def act(install: Install, chance: random.Random) -> str:
    """Do one thing at random there; its name. What cannot be done now is left undone."""
    install.clock.advance(chance.uniform(0.01, 3000))
    name = chance.choices([*ACTS], [weight for weight, _ in ACTS.values()])[0]
    with contextlib.suppress(UserError, Forgotten):  # nothing to undo; forgotten by now
        await ACTS[name][1](install, chance)
    return name


async def _note(install: Install, chance: random.Random) -> None:
    about = await _moment(install, chance)
    kept = Kept(
        drafts.new_moment_id(),
        "typed",
        _recorded(install, chance),
        transcript=Transcript(_text(chance)),
        speaker=chance.choice((None, "Ada")),
        about=chance.choice((None, about.id if about else None)),
        act=chance.choice((None, drafts.new_act_id())),
    )
    await install.archive.append(drafts.moment_kept(kept, author="wearer"))
    await _embed(install, kept.id, kept.transcript, 0)


async def _keep(install: Install, chance: random.Random) -> None:
    how = chance.choice(_HOW)
    author = "selector" if how == "selected" else "wearer"
    sound, made = _sound(install, chance)
    kept = Kept(
        drafts.new_moment_id(),
        how,
        _recorded(install, chance),
        duration_ms=1000,
        sound=sound,
        signals={"question": 1000} if how == "selected" else None,
    )
    await install.archive.append(drafts.moment_kept(kept, author=author), sound=made)
    if chance.random() < 0.8:
        await _hear(install, chance, kept.id, 0)


async def _revise(install: Install, chance: random.Random) -> None:
    row = await _moment(install, chance, with_sound=True)
    if row is None or row.kept_origin != await install.archive.origin():
        return  # whoever holds the ring has the button
    sound, made = _sound(install, chance)
    revision = row.revision + 1
    kept = Kept(row.id, "press", _recorded(install, chance), (), revision, 1500, sound)
    await install.archive.append(drafts.clip_revised(kept, author="wearer"), sound=made)
    await _hear(install, chance, row.id, revision)


async def _hear_again(install: Install, chance: random.Random) -> None:
    """Two may hear the same moment."""
    row = await _moment(install, chance, with_sound=True)
    if row is not None:
        await _hear(install, chance, row.id, row.revision)


async def _hear(install: Install, chance: random.Random, moment: str, revision: int) -> None:
    spoken = Transcript(text := _text(chance), (Word(text, 0, 900, 0.5),), "whisper")
    draft = drafts.moment_transcribed(
        moment, chance.choice((spoken, spoken, spoken, Transcript(""), None)), revision=revision
    )
    if draft.belongings and chance.random() < 0.3:
        draft = with_turns(draft, Turns((VoiceTurn(0, 500, "A"), VoiceTurn(500, 900, None)), "v"))
    await install.archive.append(draft)
    if draft.payload["outcome"] == "words":
        await _embed(install, moment, spoken, revision)


async def _embed(
    install: Install, moment: str, transcript: Transcript | None, revision: int
) -> None:
    assert transcript is not None
    cut = PassageCut(0, len(transcript.text), None, None)
    vector = hashlib.sha256(transcript.text.encode()).digest()[:8]
    embedding = Embedding("fake", (cut,), (vector,))
    await install.archive.append(drafts.moment_embedded(moment, embedding, revision=revision))


async def _refine(install: Install, chance: random.Random) -> None:
    row = await _moment(install, chance, with_sound=True)
    if row is not None:
        better = Refined(Transcript(_text(chance), model="large"))
        found = chance.choice((None, better))
        draft = drafts.moment_refined(row.id, "large", revision=row.revision, better=found)
        await install.archive.append(draft)


async def _hide(install: Install, chance: random.Random) -> None:
    if row := await _moment(install, chance):
        await acts.hide(install.archive, row)


async def _restore(install: Install, chance: random.Random) -> None:
    if row := await _moment(install, chance, hidden=True):
        await acts.restore(install.archive, row)


async def _undo(install: Install, chance: random.Random) -> None:
    named = None
    if chance.random() < 0.3:  # anybody's, by its id
        events = await install.archive.latest_events(30, authors=["wearer"])
        named = chance.choice(events).id if events else None
    await acts.undo(install.archive, named)


async def _redo(install: Install, chance: random.Random) -> None:  # noqa: ARG001 - as all acts
    await acts.redo(install.archive)


async def _forget(install: Install, chance: random.Random) -> None:
    rows = [await _moment(install, chance) for _ in range(chance.choice((1, 1, 3)))]
    await _forget_these(install, [row.id for row in rows if row is not None], here=False)


async def _forget_here(install: Install, chance: random.Random) -> None:
    if row := await _moment(install, chance):
        await _forget_these(install, [row.id], here=True)


async def _forget_these(install: Install, moments: list[str], *, here: bool) -> None:
    if moments:
        await install.archive.begin_forgetting([*dict.fromkeys(moments)], here=here)
        await install.archive.erase_remains()


async def _dismiss(install: Install, chance: random.Random) -> None:
    if row := await _moment(install, chance):
        await dismiss(install.archive, row)


async def _more(install: Install, chance: random.Random) -> None:
    if row := await _moment(install, chance):
        await more(install.archive, row)


async def _reset(install: Install, chance: random.Random) -> None:  # noqa: ARG001 - as all acts
    await reset(install.archive)


async def _name_a_voice(install: Install, chance: random.Random) -> None:
    if row := await _moment(install, chance, with_sound=True):
        named = voice_named(row.id, "A", chance.choice(("Ada", "Ben")), revision=row.revision)
        await install.archive.append(named)


async def _enrol(install: Install, chance: random.Random) -> None:
    rows = chance.randbytes(0) + bytes([0, 60]) * 256
    subject = new_voice_subject()
    await install.archive.append(voice_enrolled(subject, VoicePrint("v", rows, 60.0, "Ada")))
    if chance.random() < 0.5:
        await _forget_these(install, [subject], here=False)


async def _note_facts(install: Install, chance: random.Random) -> None:
    """A gap, a pause, a better clock, what was passed over."""
    recorded = _recorded(install, chance)
    stream, position = f"{chance.getrandbits(64):016x}", chance.randrange(1 << 20)
    boot = Recorded(chance.randrange(1 << 41), 60, _boot(install, chance), 5000, "clock")
    facts = (
        Fact("gap_found", stream, position, recorded, {"reason": "stalled", "estimated": True}),
        Fact("pause_began", stream, position, recorded, {"by": "button"}),
        Fact("pause_ended", stream, position, recorded, {"by": "button"}),
        Fact("clock_stepped", "", 0, boot, {"source": "visitor"}),
        Fact(
            "passed_over",
            stream,
            position,
            recorded,
            {"duration_ms": 900, "counts": {"quiet": 2}, "spans": [[0, 900, "quiet"]]},
        ),
    )
    for fact in chance.sample(facts, 3):
        await install.archive.append(drafts.fact_noted(fact, author="capture"))


async def _let_sound_leave(install: Install, chance: random.Random) -> None:
    """What is there has lain there for long, and leaves at the next meeting; or it may not."""
    install.clock.advance(2 * 24 * 3600)
    install.leaving = chance.choice((Leaving(1), Leaving(1), None))
    for path in sound_folder(install.home).glob("*/*.mp4"):
        with contextlib.suppress(FileNotFoundError):  # another process lets it go just now
            os.utime(path, (1, 1))


async def _call_back(install: Install, chance: random.Random) -> None:
    if row := await _moment(install, chance, with_sound=True):
        await install.archive.call_back(row)


async def _moment(
    install: Install, chance: random.Random, *, hidden: bool = False, with_sound: bool = False
) -> MomentRow | None:
    rows = await install.archive.moments(hidden=hidden)
    fitting = [row for row in rows if row.sound is not None] if with_sound else rows
    return chance.choice(fitting) if fitting else None


def _sound(install: Install, chance: random.Random) -> tuple[Sound, MadeSound]:
    content = chance.randbytes(chance.choice((40, 4000)))
    sha256 = hashlib.sha256(content).hexdigest()
    folder = sound_folder(install.home)
    folder.mkdir(exist_ok=True)
    part = folder / f"{sha256[:8]}.part"
    part.write_bytes(content)
    return Sound(sha256, sha256, len(content), 16_000), MadeSound(part, sha256)


def _recorded(install: Install, chance: random.Random) -> Recorded:
    """By its own clock, or by none: then what is known of its boot decides."""
    at_ms = chance.choice((install.clock.now_ms(), install.clock.now_ms(), None))
    boottime_ms = chance.randrange(1, 10_000_000)
    return Recorded(at_ms, 60, _boot(install, chance), boottime_ms, "clock")


def _boot(install: Install, chance: random.Random) -> str:
    """One of two of its machine's."""
    return f"{install.number}{chance.choice('bc')}" * 16


def _text(chance: random.Random) -> str:
    return " ".join(chance.choices(_WORDS, k=chance.randrange(1, 8)))


ACTS: Mapping[str, tuple[int, Act]] = {
    "note": (12, _note),
    "keep": (14, _keep),
    "revise": (4, _revise),
    "hear_again": (4, _hear_again),
    "refine": (4, _refine),
    "hide": (5, _hide),
    "restore": (5, _restore),
    "undo": (8, _undo),
    "redo": (4, _redo),
    "forget": (4, _forget),
    "forget_here": (1, _forget_here),
    "dismiss": (3, _dismiss),
    "more": (3, _more),
    "reset": (1, _reset),
    "name_a_voice": (3, _name_a_voice),
    "enrol": (1, _enrol),
    "facts": (4, _note_facts),
    "let_sound_leave": (4, _let_sound_leave),
    "call_back": (4, _call_back),
}
"""How often, and what is done."""


def without(
    views: Mapping[str, list[tuple[object, ...]]], subjects: set[str]
) -> dict[str, list[tuple[object, ...]]]:
    """The same views but for what is about these."""
    return {table: [row for row in rows if row[0] not in subjects] for table, rows in views.items()}


def told(views: Mapping[str, object]) -> str:
    """Views as one text, to be compared."""
    return json.dumps(views, default=repr, indent=1, sort_keys=True)
