"""One function for each kind of event: what it says, and what hangs off it.

Pure: nothing here is stored before `Archive.append` has given it its place.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal

from core.clock import Recorded
from core.facts import Fact, ms_between
from core.moment import Reference, Transcript, Word
from pipeline.store.views.clock_corrections import read_recorded

from .events import Belonging, Draft, Event, new_belonging
from .readable import (
    has_shape,
    is_flag,
    is_number,
    is_sha256,
    is_text,
    is_whole,
    json_object,
    list_of,
    or_none,
)

How = Literal["file", "typed", "imported", "press", "recording", "selected"]
Outcome = Literal["words", "no_words", "failed"]


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound file of the archive, named by the hash of its bytes."""

    sha256: str
    pcm_sha256: str
    bytes: int
    samples: int


@dataclass(frozen=True, slots=True)
class PassageCut:
    """One passage: characters of the transcript's text, and its times in the clip."""

    text_start: int
    text_end: int
    start_ms: int | None
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class Embedding:
    """The passages of a transcript, at least one, each with its vector.

    A vector is of unit length, little-endian float16, as it is stored: half the bytes of
    float32, and cosines that differ by less than 1e-3.
    """

    model: str
    passages: tuple[PassageCut, ...]
    vectors: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that is known about a moment at the time it is kept.

    `signals` are those by which it was selected, in thousandths; None where it was not.
    `replaces` are the moments whose place it takes.
    """

    id: str
    how: How
    recorded: Recorded
    reasons: tuple[str, ...] = ()
    revision: int = 0
    duration_ms: int | None = None
    sound: Sound | None = None
    transcript: Transcript | None = None
    speaker: str | None = None
    reference: Reference | None = None
    act: str | None = None
    about: str | None = None
    signals: Mapping[str, int] | None = None
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refined:
    """What a larger model made of a moment; `embedding` is None where no vectors were made."""

    transcript: Transcript
    embedding: Embedding | None = None


def new_moment_id() -> str:
    """An id for a moment that begins a stream of its own: a file, a typed note."""
    return f"{secrets.token_hex(8)}-0"


def new_act_id() -> str:
    """An id for what the wearer does at once, where that may be several events."""
    return secrets.token_hex(8)


def of_act(draft: Draft, act: str | None) -> Draft:
    """The same draft as part of an act; as it is, where it is an act by itself."""
    return draft if act is None else replace(draft, payload={**draft.payload, "act": act})


def moment_kept(kept: Kept, *, author: str) -> Draft:
    """A moment exists now, with its sound if it has one, with its text if it was typed."""
    stream, _, position = kept.id.partition("-")
    payload: dict[str, object] = {
        "how": kept.how,
        "reasons": list(kept.reasons),
        "stream": stream,
        "position": int(position),
        **_clip_payload(kept),
    }
    if kept.about is not None:
        payload["about"] = kept.about
    if kept.signals is not None:
        payload["signals"] = dict(kept.signals)
    return of_act(Draft("moment_kept", kept.id, author, payload, _belongings_of(kept)), kept.act)


def clip_revised(kept: Kept, *, author: str) -> Draft:
    """A moment's clip reaches further now; its sound before goes in the same transaction."""
    assert kept.sound is not None
    sound = new_belonging("sound", _json_bytes(asdict(kept.sound)))
    draft = Draft("clip_revised", kept.id, author, _clip_payload(kept), (sound,))
    return of_act(draft, kept.act)


def _clip_payload(kept: Kept) -> dict[str, object]:
    payload = {"revision": kept.revision, "recorded": _recorded(kept.recorded)}
    payload["duration_ms"] = kept.duration_ms
    return payload | ({"replaces": list(kept.replaces)} if kept.replaces else {})


def _recorded(recorded: Recorded) -> dict[str, object]:
    fields = asdict(recorded)
    fields["from"] = fields.pop("source")
    return fields


def _belongings_of(kept: Kept) -> tuple[Belonging, ...]:
    found: list[Belonging] = []
    if kept.sound is not None:
        found.append(new_belonging("sound", _json_bytes(asdict(kept.sound))))
    if kept.transcript is not None:
        found.append(transcript_belonging(kept.transcript))
    if kept.speaker is not None:
        found.append(new_belonging("speaker", kept.speaker.encode()))
    if kept.reference is not None:
        found.append(new_belonging("reference", _json_bytes(asdict(kept.reference))))
    return tuple(found)


def moment_transcribed(
    moment: str, transcript: Transcript | None, *, revision: int, author: str = "pipeline"
) -> Draft:
    """The words of a moment's sound; None where the models failed on it for good."""
    outcome: Outcome = "failed"
    if transcript is not None:
        outcome = "words" if transcript.text else "no_words"
    belongings = () if transcript is None else (transcript_belonging(transcript),)
    payload = {"revision": revision, "outcome": outcome}
    return Draft("moment_transcribed", moment, author, payload, belongings)


def moment_refined(
    moment: str, model: str, *, revision: int, better: Refined | None, act: str | None = None
) -> Draft:
    """A larger model heard a moment again: its words and vectors where they are the better ones.

    The wearer asked for it, and takes the words back by an undo; that nothing came of it is no
    act of theirs, and neither is what was done without an act.
    """
    payload = {
        "revision": revision,
        "model": model,
        "outcome": "kept" if better is None else "better",
    }
    if better is None:
        return Draft("moment_refined", moment, "pipeline", payload)
    belongings = [transcript_belonging(better.transcript)]
    if better.embedding is not None:
        belongings.append(embedding_belonging(better.embedding))
    author = "pipeline" if act is None else "wearer"
    refined = Draft("moment_refined", moment, author, payload, tuple(belongings))
    return of_act(refined, act)


def moment_embedded(
    moment: str,
    embedding: Embedding,
    *,
    revision: int = 0,
    of: str | None = None,
    author: str = "pipeline",
) -> Draft:
    """The vectors by which a moment is found; of the words of this revision of its clip.

    `of` is the transcript that they are of, where several may be meant.
    """
    payload: dict[str, object] = {"revision": revision} if revision else {}
    if of is not None:
        payload["of"] = of
    return Draft("moment_embedded", moment, author, payload, (embedding_belonging(embedding),))


def moment_hidden(moment: str, *, author: str) -> Draft:
    """The moment is out of sight until it is restored."""
    return Draft("moment_hidden", moment, author)


def moment_restored(moment: str, *, author: str) -> Draft:
    """A hidden moment is seen again."""
    return Draft("moment_restored", moment, author)


def moment_forgotten(moment: str, *, here: bool, author: str) -> Draft:
    """The moment's bytes are to go; with `here`, only this copy's."""
    return Draft("moment_forgotten", moment, author, {"here": here})


def act_undone(subject: str, origin: str, seq: int, *, author: str) -> Draft:
    """The event `origin:seq` counts as if it had never been."""
    return Draft("act_undone", subject, author, {"origin": origin, "seq": seq})


_NOT_KNOWN: Mapping[str, Mapping[str, object]] = {
    "gap_found": {"samples": None, "duration_ms": None, "uncertain_ms": None, "ended": None},
    "pause_began": {"for_s": None},
    "clock_stepped": {"moved_ms": None},
}
"""What a fact may leave out, and its event does not."""


def fact_noted(fact: Fact, *, author: str) -> Draft:
    """A gap, a pause's beginning or end, or a better time of a boot."""
    payload: dict[str, object] = {
        **_NOT_KNOWN.get(fact.kind, {}),
        **fact.details,
        "recorded": _recorded(fact.recorded),
    }
    if fact.kind != "clock_stepped":
        payload |= {"stream": fact.stream, "position": fact.position}
    if fact.ended is not None:
        payload["ended"] = _recorded(fact.ended)
        payload["duration_ms"] = payload["duration_ms"] or ms_between(fact.recorded, fact.ended)
    return Draft(fact.kind, fact.subject, author, payload)


def tells(event: Event, fact: Fact) -> bool:
    """True where this event is what that fact became."""
    if event.kind != fact.kind:
        return False
    told = event.payload
    when = read_recorded(told["recorded"])
    stream, position = told.get("stream", ""), told.get("position", 0)
    return Fact(fact.kind, stream, position, when, {}).id == fact.id


def transcript_belonging(transcript: Transcript) -> Belonging:
    words = transcript.words
    alternatives = [each.alternative for each in words]
    content = {
        "text": transcript.text,
        "model": transcript.model,
        "mean_log_probability": transcript.mean_log_probability,
        "language": transcript.language,
        "other_language": transcript.other_language,
        "words": {
            "word": [each.word for each in words],
            "start_ms": [each.start_ms for each in words],
            "end_ms": [each.end_ms for each in words],
            "probability": [round(each.probability, 4) for each in words],
            "doubtful": [each.doubtful for each in words],
            **({"alternative": alternatives} if any(alternatives) else {}),
        },
    }
    return new_belonging("transcript", _json_bytes(content))


def read_transcript(content: bytes) -> Transcript | None:
    """The transcript that a belonging of that kind holds; None where it is damaged."""
    # Older versions said nothing of languages.
    found = {"language": None, "other_language": None, **(json_object(content) or {})}
    if not has_shape(found, _TRANSCRIPT):
        return None
    of_words = found["words"]
    columns = [of_words[name] for name in _WORD]
    columns.append(of_words.get("alternative", [None] * len(of_words["word"])))
    if len({len(each) for each in columns}) > 1:
        return None
    words = tuple(Word(*fields) for fields in zip(*columns, strict=True))
    return Transcript(words=words, **{name: found[name] for name in _TRANSCRIPT if name != "words"})


_WORD = {
    "word": list_of(is_text),
    "start_ms": list_of(is_whole),
    "end_ms": list_of(is_whole),
    "probability": list_of(is_number),
    "doubtful": list_of(is_flag),
}


def _are_words(value: object) -> bool:
    alternatives = value.get("alternative", []) if isinstance(value, dict) else None
    return has_shape(value, _WORD) and list_of(or_none(is_text))(alternatives)


_TRANSCRIPT = {
    "text": is_text,
    "words": _are_words,
    "model": or_none(is_text),
    "mean_log_probability": or_none(is_number),
    "language": or_none(is_text),
    "other_language": or_none(is_text),
}


def embedding_belonging(embedding: Embedding) -> Belonging:
    head = {
        "model": embedding.model,
        "dimensions": len(embedding.vectors[0]) // 2,
        "passages": [asdict(each) for each in embedding.passages],
    }
    content = b"".join((_json_bytes(head), b"\n", *embedding.vectors))
    return new_belonging("embedding", content)


def read_embedding(content: bytes) -> Embedding | None:
    """The embedding that a belonging of that kind holds; None where it is damaged."""
    line, _, vectors = content.partition(b"\n")
    head = json_object(line)
    if head is None or not has_shape(head, _EMBEDDING):
        return None
    width, count = 2 * head["dimensions"], len(head["passages"])
    if width < 1 or len(vectors) != width * count:
        return None
    cuts = tuple(PassageCut(**{name: each[name] for name in _CUT}) for each in head["passages"])
    rows = tuple(vectors[at : at + width] for at in range(0, len(vectors), width))
    return Embedding(head["model"], cuts, rows)


_CUT = {
    "text_start": is_whole,
    "text_end": is_whole,
    "start_ms": or_none(is_whole),
    "end_ms": or_none(is_whole),
}
_EMBEDDING = {
    "model": is_text,
    "dimensions": is_whole,
    "passages": list_of(lambda value: has_shape(value, _CUT)),
}


def read_sound(content: bytes) -> Sound | None:
    """What a belonging says of its sound file; None where it is damaged."""
    found = json_object(content)
    if found is None or not has_shape(found, _SOUND):
        return None
    return Sound(**{name: found[name] for name in _SOUND})


_SOUND = {
    "sha256": is_sha256,
    "pcm_sha256": is_text,
    "bytes": is_whole,
    "samples": is_whole,
}


def read_reference(content: bytes) -> Reference | None:
    """Where a moment came from, as a belonging says it; None where it is damaged."""
    found = {"folder": None, **(json_object(content) or {})}
    if not has_shape(found, _REFERENCE):
        return None
    return Reference(**{name: found[name] for name in _REFERENCE})


_REFERENCE = {
    "source": is_text,
    "ref": or_none(is_text),
    "line": or_none(is_whole),
    "folder": or_none(is_text),
}


def _json_bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
