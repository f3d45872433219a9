"""The fold: all events of one moment, and what hangs off them, become its rows.

Pure. The same events give the same rows in whatever order they came in.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from core.calendar.dates import date_in_words
from core.clock import as_datetime
from core.moment import Transcript
from pipeline.store.format.chain import revision_order
from pipeline.store.format.drafts import (
    Embedding,
    PassageCut,
    read_embedding,
    read_reference,
    read_sound,
    read_transcript,
)
from pipeline.store.format.events import Event
from pipeline.store.format.voice_drafts import read_turns

from .clock_corrections import Corrections, corrected, corrections, read_recorded
from .interval_fold import IntervalRow, fold_interval

_OUTCOMES = ("failed", "no_words", "words")
"""Of hearing; the later the better."""

Contents = Mapping[str, bytes]
"""What is left of the belongings of one subject: content by belonging id."""


@dataclass(frozen=True, slots=True)
class MomentRow:
    """One row of the view `moment`; the columns have the same names.

    `turns` is the belonging that says who speaks when, `voices` a JSON object of the names that
    voices have by now, null where nobody has one.
    """

    id: str
    state: str
    how: str
    reasons: str
    at_ms: int | None
    utc_offset_min: int | None
    boot: str | None
    boottime_ms: int | None
    kept_lamport: int
    kept_origin: str
    kept_seq: int
    revision: int
    duration_ms: int | None
    words: str
    text: str
    transcript: str | None
    sound: str | None
    speaker: str | None
    source: str | None
    ref: str | None
    line: int | None
    folder: str | None = None
    about: str | None = None
    language: str | None = None
    other_language: str | None = None
    turns: str | None = None
    voices: str | None = None


@dataclass(frozen=True, slots=True)
class PassageRow:
    """One row of the view `passage`; `vector` is little-endian float16, or None.

    `heard_as` is what was heard where names of the wearer stand in the text.
    `embedder` names the model that made it: vectors of two models must never meet.
    """

    moment: str
    position: int
    start_ms: int | None
    end_ms: int | None
    speaker: str
    date_words: str
    text: str
    vector: bytes | None
    embedder: str | None = None
    heard_as: str = ""


@dataclass(frozen=True, slots=True)
class Folded:
    """What one subject comes to: nothing, a tombstone, a gap or pause, a moment with passages."""

    forgotten: bool = False
    moment: MomentRow | None = None
    passages: tuple[PassageRow, ...] = ()
    interval: IntervalRow | None = None


OwnVectors = tuple[str, bytes]
"""The transcript that this install has made vectors of for itself, and they as a belonging is."""


def fold(
    events: Iterable[Event],
    contents: Contents,
    clocks: Iterable[Event] = (),
    own: OwnVectors | None = None,
) -> Folded:
    """The rows of one subject out of its events and what is left of their belongings.

    The events are `readable` ones; a belonging that is damaged counts as one that is gone.
    `clocks` are the events of the boots that they name (`times.boots_named`). `own` vectors
    go before those of events, while the moment's words are the ones that they are of.
    """
    known = sorted((each for each in events if each.version == 1), key=lambda each: each.order)
    undone = undone_events(known)
    counting = [each for each in known if (each.origin, each.seq) not in undone]
    kept = next((each for each in known if each.kind == "moment_kept"), None)
    if any(each.kind == "moment_forgotten" for each in known):  # and no event takes it back
        return Folded(forgotten=True)
    if kept is None:
        return Folded(interval=fold_interval(known, corrections(clocks)))
    hidden = _is_hidden(kept, counting)
    by = corrections(clocks)
    moment, transcript = _moment_row(kept, counting, contents, by, hidden=hidden)
    if hidden:
        return Folded(moment=moment)
    embedding = _own_embedding(moment, own) or _embedded(moment, counting, contents)
    return Folded(moment=moment, passages=_passages(moment, transcript, embedding))


def out_of_sight(rows: Folded) -> Folded:
    """The same, hidden: until the wearer has agreed to what another install forgot."""
    if rows.moment is None:
        return rows
    return Folded(moment=replace(rows.moment, state="hidden"))


def undone_events(events: Iterable[Event]) -> set[tuple[str, int]]:
    """Origin and seq of every event that counts as if it had never been.

    Read from the newest backwards, so that an undo is known before its target is met.
    """
    undone: set[tuple[str, int]] = set()
    for event in sorted(events, key=lambda each: each.order, reverse=True):
        if event.kind == "act_undone" and (event.origin, event.seq) not in undone:
            undone.add((event.payload["origin"], event.payload["seq"]))
    return undone


def _moment_row(
    kept: Event, events: list[Event], contents: Contents, clocks: Corrections, *, hidden: bool
) -> tuple[MomentRow, Transcript | None]:
    payload = kept.payload
    clip = _clip(kept, events)
    recorded = corrected(read_recorded(clip.payload["recorded"]), clocks)
    own = _own(kept) | _own(clip)
    transcript_id, words = _words(clip, own, events)
    transcript = read_transcript(contents.get(transcript_id or "", b""))
    turns_id = _turns(clip, events)
    reference = read_reference(contents.get(own.get("reference", ""), b""))
    sound = read_sound(contents.get(own.get("sound", ""), b""))
    speaker = contents.get(own.get("speaker", ""))
    row = MomentRow(
        id=kept.subject,
        state="hidden" if hidden else "visible",
        how=payload["how"],
        reasons=json.dumps(payload["reasons"]),
        at_ms=recorded.at_ms,
        utc_offset_min=recorded.utc_offset_min,
        boot=recorded.boot,
        boottime_ms=recorded.boottime_ms,
        kept_lamport=kept.lamport,
        kept_origin=kept.origin,
        kept_seq=kept.seq,
        revision=clip.payload["revision"],
        duration_ms=clip.payload["duration_ms"],
        words=words,
        text="" if transcript is None else transcript.text,
        transcript=transcript_id,
        sound=None if sound is None else sound.sha256,
        speaker=None if speaker is None else speaker.decode(errors="replace"),
        source=None if reference is None else reference.source,
        ref=None if reference is None else reference.ref,
        line=None if reference is None else reference.line,
        folder=None if reference is None else reference.folder,
        about=payload.get("about"),
        language=None if transcript is None else transcript.language,
        other_language=None if transcript is None else transcript.other_language,
        turns=turns_id,
        voices=_voices(clip, events, contents, turns_id),
    )
    return row, transcript


def _clip(kept: Event, events: list[Event]) -> Event:
    """The event that says which sound the moment holds: its keep, or the highest revision."""
    revised = [each for each in events if each.kind == "clip_revised"]
    return max([kept, *revised], key=revision_order)


def _own(event: Event) -> dict[str, str]:
    return {entry["kind"]: entry["id"] for entry in event.payload.get("belongings", [])}


def _is_hidden(kept: Event, events: list[Event]) -> bool:
    """The last word counts: hidden, restored, or the keep itself taken back."""
    hidden = False
    for event in events:
        if event.kind == "moment_restored":
            hidden = False
        elif event.kind == "moment_hidden" or _takes_back(event, kept):
            hidden = True
    return hidden


def _takes_back(event: Event, kept: Event) -> bool:
    if event.kind != "act_undone":
        return False
    return (event.payload["origin"], event.payload["seq"]) == (kept.origin, kept.seq)


def _words(clip: Event, own: dict[str, str], events: list[Event]) -> tuple[str | None, str]:
    """The belonging that holds the words, and how things stand with them.

    What the wearer wrote stands above all that was heard. Of that the best outcome counts, in
    whatever order two machines came to it: what a larger model heard, words, none, a failure; of
    two that are as good the later one.
    """
    if "transcript" in own:
        return own["transcript"], "typed"
    heard = [each for each in events if each.kind == "moment_transcribed" or _is_better(each)]
    current = [e for e in heard if e.payload["revision"] == clip.payload["revision"]]
    if not current:
        return None, "awaited"
    best = max(current, key=lambda each: (_rank(each), each.order))
    outcome = "words" if _is_better(best) else best.payload["outcome"]
    return _own(best).get("transcript"), outcome


def _rank(heard: Event) -> int:
    return len(_OUTCOMES) if _is_better(heard) else _OUTCOMES.index(heard.payload["outcome"])


def _turns(clip: Event, events: list[Event]) -> str | None:
    """The belonging that says who speaks in this revision; the last hearing that tells counts."""
    heard = [each for each in events if each.kind == "moment_transcribed"]
    current = [e for e in heard if e.payload["revision"] == clip.payload["revision"]]
    return next((own["turns"] for own in map(_own, reversed(current)) if "turns" in own), None)


def _voices(
    clip: Event, events: list[Event], contents: Contents, turns_id: str | None
) -> str | None:
    """The names of its voices, as the wearer named them."""
    turns = read_turns(contents.get(turns_id or "", b""))
    names = dict[str, str]()
    for event in events:
        if event.kind != "voice_named" or turns is None:
            continue
        name = contents.get(_own(event).get("speaker", ""))
        if name is not None and event.payload["revision"] == clip.payload["revision"]:
            names[event.payload["voice"]] = name.decode(errors="replace")
    return json.dumps(names, ensure_ascii=False, sort_keys=True) if names else None


def _is_better(event: Event) -> bool:
    """By it, the words that a larger model heard take the place of those before."""
    return event.kind == "moment_refined" and "transcript" in _own(event)


def _passages(
    moment: MomentRow, transcript: Transcript | None, embedding: Embedding | None
) -> tuple[PassageRow, ...]:
    if transcript is None or not transcript.text:
        return ()
    cuts, vectors, embedder = (
        (_one_passage(moment, transcript), (None,), None)
        if embedding is None
        else (embedding.passages, embedding.vectors, embedding.model)
    )
    return tuple(
        PassageRow(
            moment=moment.id,
            position=position,
            start_ms=cut.start_ms,
            end_ms=cut.end_ms,
            speaker=moment.speaker or "",
            date_words=_date_words(moment),
            text=transcript.text[cut.text_start : cut.text_end],
            vector=vector,
            embedder=embedder,
            heard_as=_heard_as(transcript, cut),
        )
        for position, (cut, vector) in enumerate(zip(cuts, vectors, strict=True))
    )


def _heard_as(transcript: Transcript, cut: PassageCut) -> str:
    """The alternatives of the words that stand in this passage."""
    found, at = list[str](), 0
    for word in transcript.words:
        at = max(at, transcript.text.find(word.word, at))
        if word.alternative is not None and cut.text_start <= at < cut.text_end:
            found.append(word.alternative)
        at += len(word.word)
    return " ".join(found)


def _own_embedding(moment: MomentRow, own: OwnVectors | None) -> Embedding | None:
    if own is None or own[0] != moment.transcript:
        return None
    return read_embedding(own[1])


def _embedded(moment: MomentRow, events: list[Event], contents: Contents) -> Embedding | None:
    """The newest one of these words."""
    refined = {_own(each)["transcript"] for each in events if _is_better(each)}
    heard_first = None if moment.transcript in refined else moment.transcript
    for event in reversed(events):
        if event.payload.get("revision", 0) != moment.revision:
            continue
        if moment.transcript == _embeds(event, heard_first, events):
            embedding = read_embedding(contents.get(_own(event).get("embedding", ""), b""))
            if embedding is not None:
                return embedding
    return None


def _embeds(event: Event, heard_first: str | None, events: list[Event]) -> str | None:
    """The transcript whose vectors this event brings, None for no one's that is known."""
    if event.kind == "moment_embedded":
        of: str | None = event.payload.get("of") or _heard_before(event, heard_first, events)
        return of
    return _own(event)["transcript"] if _is_better(event) else None


def _heard_before(embedded: Event, heard_first: str | None, events: list[Event]) -> str | None:
    """Vectors that do not say of which words they are: what their own install heard before them.

    Two may hear one moment, and only one of them may have an embedder.
    """
    for event in reversed(events):
        is_before = event.origin == embedded.origin and event.seq < embedded.seq
        if event.kind == "moment_transcribed" and is_before:
            return _own(event).get("transcript")
    return heard_first


def _one_passage(moment: MomentRow, transcript: Transcript) -> tuple[PassageCut, ...]:
    """Until its vectors are there, a text is found by its words as one passage."""
    return (PassageCut(0, len(transcript.text), None, moment.duration_ms),)


def _date_words(moment: MomentRow) -> str:
    if moment.at_ms is None:
        return ""
    return date_in_words(as_datetime(moment.at_ms, moment.utc_offset_min))
