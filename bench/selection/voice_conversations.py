"""Who speaks when: words put to a wrong voice, in meetings and in made-up conversations."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import numpy as np

from bench.hearing.rows import Told
from bench.selection.voice_recordings import READERS, rows_of, sound_of, spoken
from core.audio import RATE_HZ
from core.moment import VoiceTurn, Word
from core.pcm import Pcm
from pipeline.voices.hear_voices import hear_voices
from pipeline.voices.voice_model import VoiceModel
from pipeline.voices.windows import PAUSE_MS

MADE_UP = 16
LONGEST_S = 90
WORD_S = 0.3
ENOUGH_S = 8

Labels = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Sound, its words, and who said each."""

    kind: str
    pcm: Pcm
    words: Sequence[Word]
    speakers: Sequence[str]


def measure_turns(data: Path, model: VoiceModel) -> Told:
    """Ours beside one voice for all and another one at each pause, on the same words."""
    talks = [*_meetings(data), *_made_up(data)]
    began_s = time.process_time()
    ours = [_told(each, model) for each in talks]
    cpu_s = time.process_time() - began_s
    sound_s = sum(each.pcm.size for each in talks) / RATE_HZ
    ways = {"ours": ours, "one voice": list(map(_one, talks)), "pauses": list(map(_pauses, talks))}
    lines = ["conversations                words      ours   one voice   at pauses   no voice told"]
    figures = {}
    for kind in dict.fromkeys(each.kind for each in talks):
        chosen = [nth for nth, each in enumerate(talks) if each.kind == kind]
        some = [talks[nth] for nth in chosen]
        words = sum(len(each.words) for each in some)
        wrong = {
            way: sum(_wrong(talks[nth].speakers, told[nth]) for nth in chosen) / words
            for way, told in ways.items()
        }
        unsaid = sum(ours[nth].count(None) for nth in chosen) / words
        figures[kind] = {**wrong, "words": words, "unsaid": unsaid}
        shown = "   ".join(f"{100 * each:5.1f} %" for each in wrong.values())
        lines.append(f"{kind:27} {words:6}   {shown}   {100 * unsaid:10.1f} %")
    lines.append(f"{1000 * cpu_s / sound_s:.0f} ms of CPU for each second of sound")
    return Told(lines, {**figures, "cpu": {"ms_a_second": 1000 * cpu_s / sound_s}})


def _told(talk: Conversation, model: VoiceModel) -> list[str | None]:
    voices = hear_voices(talk.pcm, talk.words, model)
    if voices is None:
        return [None] * len(talk.words)
    return [_voice_at((w.start_ms + w.end_ms) / 2, voices.turns) for w in talk.words]


def _voice_at(at_ms: float, turns: Sequence[VoiceTurn]) -> str | None:
    """Of the last turn that has begun by then, as `show` puts words to turns."""
    return next((each.voice for each in reversed(turns) if each.start_ms <= at_ms), None)


def _one(talk: Conversation) -> list[str | None]:
    return ["A"] * len(talk.words)


def _pauses(talk: Conversation) -> list[str | None]:
    found: list[str | None] = []
    voice, end_ms = 0, talk.words[0].start_ms
    for word in talk.words:
        voice = 1 - voice if word.start_ms - end_ms >= PAUSE_MS else voice
        end_ms = max(end_ms, word.end_ms)
        found.append("AB"[voice])
    return found


def _wrong(speakers: Sequence[str], told: Labels) -> int:
    """Words whose voice is not the speaker's, by the names that fit best; unsaid ones are wrong."""
    voices, people = sorted({each for each in told if each}), sorted(set(speakers))
    counts = np.array(
        [
            [sum(t == v and s == p for t, s in zip(told, speakers, strict=True)) for p in people]
            for v in voices
        ]
    ).reshape(len(voices), len(people))
    return len(speakers) - _best(counts)


def _best(counts: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> int:
    """The most words that any way of naming the voices puts right, each name used once."""
    few, many = sorted(counts.shape)
    table = counts if counts.shape[0] == few else counts.T
    return max(
        (sum(int(table[i, j]) for i, j in enumerate(names)) for names in _names(few, many)),
        default=0,
    )


def _names(few: int, many: int) -> Iterator[Sequence[int]]:
    yield from permutations(range(many), few)


def _meetings(data: Path) -> Iterator[Conversation]:
    for row in rows_of(data):
        if "words" in row:
            said = sorted(row["words"], key=lambda each: (each["start"], each["end"]))
            words = [_word(each["start"], each["end"]) for each in said]
            speakers = [each["speaker"] for each in said]
            yield Conversation("meetings (AMI)", sound_of(data, row), words, speakers)


def _made_up(data: Path) -> Iterator[Conversation]:
    chance = np.random.default_rng(1)
    pieces = _pieces(data, chance.uniform)
    people = sorted(each for each, said in pieces.items() if _seconds(said) > ENOUGH_S)
    for nth in range(MADE_UP):
        count = 1 + nth % 4
        chosen = [str(each) for each in chance.choice(people, count, replace=False)]
        yield _talk(f"{count} reader{'s' if count > 1 else ''}, made up", chosen, pieces, chance)


def _talk(
    kind: str, chosen: Sequence[str], pieces: dict[str, list[Pcm]], chance: np.random.Generator
) -> Conversation:
    left = {each: list(pieces[each]) for each in chosen}
    sounds: list[Pcm] = []
    words: list[Word] = []
    speakers: list[str] = []
    at, last = 0, ""
    while at < LONGEST_S * RATE_HZ:
        able = [each for each in chosen if left[each] and (each != last or len(chosen) == 1)]
        if not able:
            break
        last = able[chance.integers(len(able))]
        piece = left[last].pop(0)
        step = round(WORD_S * RATE_HZ)
        for start in range(0, piece.size - step, step):
            words.append(_word((at + start) / RATE_HZ, (at + start + step) / RATE_HZ))
            speakers.append(last)
        pause = np.zeros(int(chance.uniform(0.05, 0.8) * RATE_HZ), np.int16)
        sounds += [piece, pause]
        at += piece.size + pause.size
    return Conversation(kind, np.concatenate(sounds), words, speakers)


def _pieces(data: Path, uniform: Callable[[float, float], float]) -> dict[str, list[Pcm]]:
    """What each reader says between pauses, cut into turns of up to six seconds."""
    found: dict[str, list[Pcm]] = {}
    for row in rows_of(data):
        if row["source"] not in READERS or not row["speaker"]:
            continue
        pcm = sound_of(data, row)
        said = spoken(pcm)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], said, [False]]).astype(int)))
        for start, end in edges.reshape(-1, 2).tolist():
            at = start
            while end - at > 0.4 * RATE_HZ:
                size = min(end - at, int(uniform(0.8, 6.0) * RATE_HZ))
                found.setdefault(row["speaker"], []).append(pcm[at : at + size])
                at += size
    return found


def _seconds(sounds: Sequence[Pcm]) -> float:
    return sum(each.size for each in sounds) / RATE_HZ


def _word(start_s: float, end_s: float) -> Word:
    return Word("word", round(start_s * 1000), round(end_s * 1000), 1.0)
