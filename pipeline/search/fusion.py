"""Brings words, meaning, time and speaker onto one scale, and says why. Pure; numpy only.

Every number below was chosen on LoCoMo, QMSum, AMI and Cranfield together, 2026-11, over
coarse grids, and lies on a plateau: a step to either side costs a point at most on any of
them. They are the same for every archive. LoCoMo's recall was 0.781, and 0.772 where the four
weights are chosen without it (reach, substance and the rule itself were not); words alone
have 0.613. What the commands make of it today: bench/RESULTS.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.store.passage_port import PassageTable

Scores = NDArray[np.float32]
"""One number for each moment, in time order."""

MEANING = 0.16
"""What one standard deviation of cosine above the archive's mean weighs, where the best
moment by words weighs 1. From 0.12 to 0.24 alike."""

BESIDE_WORDS = 0.7
"""How far a word said in the next moment counts as said in this one; squared for the one
after it. An answer seldom repeats the words of its question. From 0.6 to 0.8 alike."""

BESIDE_MEANING = 0.4
"""The same for closeness in meaning, which already spills over by itself."""

REACH = 4
"""Moments to either side that lend. Two cost LoCoMo and QMSum a point; six gain nothing."""

APART_MS = 10 * 60 * 1000
"""A gap after which another occasion begins, and nothing is lent across it. Not measurable on
corpora whose turns have no times; chosen."""

SUBSTANCE_CHARACTERS = 70
"""A moment as long as this takes all that its neighbours lend, a shorter one in proportion.
Without it "Yeah" beside a good moment takes its place: AMI 0.836 with, 0.81 without."""

NAMED_SPEAKER = 0.6
"""What it is worth to be spoken by whom the query names. From 0.4 to 1 alike."""

CLOSE_COSINE = 0.42
"""Where the best cosine is lower, and no moment has all the words, nothing is close. Says so
of 1 % of LoCoMo's answerable questions, 8 of QMSum's, 12 of AMI's; of questions about another
corpus 97, 73 and 93 %. It cannot tell a false premise about known things (LoCoMo's
adversarial questions: 1 %, AUC 0.57)."""

CLOSE_COSINES = {"universal-sentence-encoder-multilingual/3": 0.28}
"""The same for other embedders by their names. The best cosine is lower for none of 280 of LoCoMo's
questions, for 4 of 80 whose answer is in another language, and for 84 % of those about another
corpus; at 0.34 for none, 16 and 95 %."""

LEAST_SPREAD = 0.05
"""Of the cosines of few moments; of many it is 0.07 to 0.1 with either embedder."""

CLOSE_COVERAGE = 0.2
"""The same without an embedder, and coarser: the best moment's share of the query's words,
rare ones weighing more. 2 % of LoCoMo's, 10 of QMSum's, 29 of AMI's; of others 90, 75, 90 %."""

NEAR_DEVIATIONS = 2.0
"""A moment this far above the archive's mean is called close in meaning."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """How moments stand beside one another, in time order.

    `joined[k - 1][i]` says whether i and i + k were said on one occasion, 0 or 1. Each pair of
    `linked`, a note and the moment that it was written about, lends as two next to one another
    do, both ways.
    """

    joined: tuple[Scores, ...]
    substance: Scores
    linked: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each moment, on one scale: `total` is the sum of the rest.

    With `nothing_close`, what is best in meaning is only nearer than the rest.
    """

    words: Scores
    meaning: Scores
    speaker: Scores
    beside: Scores
    total: Scores
    nothing_close: bool = False

    def leans_on_others(self, place: int) -> bool:
        """True where its neighbours speak louder for the moment at this place than it does."""
        return bool(self.beside[place] > self.words[place] + self.meaning[place])


@dataclass(frozen=True, slots=True)
class Quotes:
    """The words that speak for a moment, as they are written.

    `said` in what is shown of it, `heard` where a name of the wearer stands there now,
    `elsewhere` in another part of it, `dated` in its date, `beside` in a moment beside it, which
    it lacks itself; with `is_linked`, that is the note on it, or what it is a note on.
    """

    said: Sequence[str] = ()
    elsewhere: Sequence[str] = ()
    dated: Sequence[str] = ()
    beside: Sequence[str] = ()
    heard: Sequence[str] = ()
    is_linked: bool = False


def timeline(table: PassageTable) -> Timeline:
    """Where no clock was known, only order speaks, and all is joined.

    Except what came in in one go: that two notes were typed or imported together says nothing
    about what they say.
    """
    step = ~(np.abs(np.diff(table.at_ms)) > APART_MS)
    near, joined = step, [step & ~_in_one_go(table, 1)]
    for distance in range(2, REACH + 1):
        near = near[:-1] & step[distance - 1 :]
        joined.append(near & ~_in_one_go(table, distance))
    linked = _links(table)
    for first, last in np.sort(linked, axis=1).tolist():  # they count once, as linked
        if last - first <= len(joined):
            joined[last - first - 1][first] = False
    substance = np.minimum(1.0, table.characters / SUBSTANCE_CHARACTERS)
    return Timeline(
        tuple(one.astype(np.float32) for one in joined), substance.astype(np.float32), linked
    )


def _links(table: PassageTable) -> NDArray[np.int64]:
    """The pairs of a note and its moment; none of something that is about itself."""
    notes = np.flatnonzero((table.about >= 0) & (table.about != np.arange(len(table.about))))
    pairs: NDArray[np.int64] = np.stack([notes, table.about[notes]], axis=1)
    return pairs


def _in_one_go(table: PassageTable, distance: int) -> NDArray[np.bool_]:
    """Which i and i + distance stand beside one another by how they came in alone.

    Of two that were given the same time, that is often only a date.
    """
    entered = table.entered[distance:] & table.entered[:-distance]
    single = table.single[distance:] & table.single[:-distance]
    one_go: NDArray[np.bool_] = entered | (
        single & (table.at_ms[distance:] == table.at_ms[:-distance])
    )
    return one_go


def fuse(
    by_word: NDArray[np.float32], cosines: Scores | None, named: Scores, line: Timeline
) -> Evidence:
    """`by_word` is BM25, one row a word of the query; `named` is 1 where the query names who spoke.

    Without cosines the words and the speaker speak alone.
    """
    words, beside_words = _by_words(by_word, line)
    meaning, beside_meaning = _by_meaning(cosines, line)
    speaker, beside = NAMED_SPEAKER * named, beside_words + beside_meaning
    return Evidence(words, meaning, speaker, beside, words + meaning + speaker + beside)


def on_one_scale(by_embedder: Sequence[tuple[Scores, NDArray[np.bool_]]]) -> Scores | None:
    """How close each moment is in meaning, whichever embedder it has a vector of; None for none.

    With each, which moments have one. Of one embedder it is the cosine; of several, deviations
    from what is usual among its own: while an archive is embedded anew, both are searched.
    """
    if len(by_embedder) <= 1:
        return next((cosines for cosines, _ in by_embedder), None)
    scale = np.full(len(by_embedder[0][0]), -1.0, np.float32)
    for cosines, there in by_embedder:
        own = cosines[there]
        if own.size:
            scale[there] = (own - own.mean()) / max(float(own.std()), LEAST_SPREAD)
    return scale


def is_near(cosines: Scores, within: NDArray[np.bool_], embedder: str) -> bool:
    """True where one of the moments `within` is close in meaning, by this embedder's measure."""
    least = CLOSE_COSINES.get(embedder, CLOSE_COSINE)
    return bool(np.max(cosines, initial=-1.0, where=within) >= least)


def nothing_close(
    by_word: NDArray[np.float32], within: NDArray[np.bool_], *, near: bool | None
) -> bool:
    """True where the archive seems to hold nothing about this among the moments `within`.

    `near` says whether one is close in meaning; None where that could not be asked.
    """
    some = by_word[:, np.flatnonzero(by_word.any(axis=0) & within)]  # few of very many
    if some.size and (some > 0).all(axis=0).any():
        return False
    if near is not None:
        return not near
    return not by_word.size or _best_coverage(some, int(within.sum())) < CLOSE_COVERAGE


def reasons(evidence: Evidence, place: int, quotes: Quotes, speaker: str | None) -> list[str]:
    """The reason why the moment at `place` was found, in sentences, at least one."""
    near = evidence.meaning[place] >= NEAR_DEVIATIONS * MEANING
    about = f"with the {_quoted(quotes.beside)}" if quotes.beside else "about this"
    near_it = "linked to" if quotes.is_linked else "beside"
    grounds = [
        (bool(quotes.said), f"has the {_quoted(quotes.said)}"),
        (bool(quotes.heard), f"was heard with the {_quoted(quotes.heard)}"),
        (bool(quotes.elsewhere), f"has the {_quoted(quotes.elsewhere)} in another part"),
        (bool(quotes.dated), f"its date has the {_quoted(quotes.dated)}"),
        (near and not evidence.nothing_close, "close in meaning"),
        (bool(speaker) and evidence.speaker[place] > 0, f"spoken by {speaker}"),
        (evidence.leans_on_others(place), f"{near_it} a moment {about}"),
    ]
    otherwise = "nearest in meaning" if evidence.nothing_close else "somewhat close in meaning"
    return [sentence for holds, sentence in grounds if holds] or [otherwise]


def neighbours(line: Timeline, place: int) -> Iterator[int]:
    """The places of the moments that lend to the one at this place, the nearest first."""
    for note, moment in line.linked[(line.linked == place).any(axis=1)].tolist():
        yield moment if note == place else note
    for distance, joined in enumerate(line.joined, start=1):
        if place >= distance and joined[place - distance]:
            yield place - distance
        if place + distance < len(line.substance) and joined[place]:
            yield place + distance


def is_linked(line: Timeline, one: int, other: int) -> bool:
    """True for a note and the moment that it was written about."""
    pairs = np.sort(line.linked, axis=1)
    return bool((pairs == sorted((one, other))).all(axis=1).any())


def _by_words(by_word: NDArray[np.float32], line: Timeline) -> tuple[Scores, Scores]:
    """Each moment's own share of the best, and what its neighbours' words add to it.

    A word counts as said here with a probability: its own score as a share of the word's
    best, and the neighbours' shares, weakened, as further chances. So a neighbour completes
    what a moment lacks, and adds little to a word that it has.
    """
    own, fuller = by_word.sum(axis=0), np.zeros(by_word.shape[1], np.float32)
    scale = own.max(initial=0.0)
    if not scale:
        return own, fuller
    sides = _sides(line)
    for row in by_word[by_word.any(axis=1)]:
        best = row.max()
        fuller += best * (1 - _missed(row / best, line, sides))
    return own / scale, np.maximum(fuller - own, 0) / scale


def _missed(
    share: Scores, line: Timeline, sides: Sequence[tuple[int, tuple[Scores, Scores]]]
) -> Scores:
    """With what probability a word counts as said neither in a moment nor around it.

    Goes from the few moments that have the word, since most have not.
    """
    missed = 1 - share
    places = np.flatnonzero(share)
    for distance, (later, earlier) in sides:
        weight = BESIDE_WORDS**distance
        ahead = places[places < len(share) - distance]
        missed[ahead + distance] *= 1 - weight * later[ahead] * share[ahead]
        behind = places[places >= distance] - distance
        missed[behind] *= 1 - weight * earlier[behind] * share[behind + distance]
    for taker, giver in _both_ways(line):
        lent = BESIDE_WORDS * line.substance[taker] * share[giver]
        np.multiply.at(missed, taker, 1 - lent)
    return missed


def _by_meaning(cosines: Scores | None, line: Timeline) -> tuple[Scores, Scores]:
    if cosines is None or not cosines.size:
        nothing = np.zeros(len(line.substance), np.float32)
        return nothing, nothing
    spread = max(float(cosines.std()), 1e-6)
    own = (MEANING * np.maximum(cosines - cosines.mean(), 0) / spread).astype(np.float32)
    lent = np.zeros_like(own)
    for distance, (later, earlier) in _sides(line):
        weight = BESIDE_MEANING**distance
        lent[distance:] += weight * later * own[:-distance]
        lent[:-distance] += weight * earlier * own[distance:]
    for taker, giver in _both_ways(line):
        np.add.at(lent, taker, BESIDE_MEANING * line.substance[taker] * own[giver])
    return own, lent


def _both_ways(line: Timeline) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Who takes and who gives: notes of their moments, moments of their notes."""
    if len(line.linked):
        notes, moments = line.linked.T
        yield notes, moments
        yield moments, notes


def _sides(line: Timeline) -> list[tuple[int, tuple[Scores, Scores]]]:
    """For each distance, how much the later and the earlier of a pair may take."""
    return [
        (distance, (joined * line.substance[distance:], joined * line.substance[:-distance]))
        for distance, joined in enumerate(line.joined, start=1)
        if joined.size
    ]


def _best_coverage(by_word: NDArray[np.float32], count: int) -> float:
    """The largest share of the query's words in one moment, rare words weighing more.

    `by_word` is of those of the `count` moments that have a word at all.
    """
    best = by_word.max(axis=1, initial=0)
    # A word that the archive has never heard is rarer than any that it has: 1.5 ln(n + 1)
    # is about what BM25 would give to its one occurrence.
    weights = np.where(best > 0, best, 1.5 * np.log(count + 1))
    return float((weights @ (by_word > 0)).max(initial=0) / weights.sum())


def _quoted(words: Sequence[str]) -> str:
    quoted = [f"'{word}'" for word in words]
    if len(quoted) > 1:
        return f"words {', '.join(quoted[:-1])} and {quoted[-1]}"
    only = "".join(quoted)
    return f"{'words' if ' ' in only else 'word'} {only}"
