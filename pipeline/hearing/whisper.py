"""A Whisper in CTranslate2 form on the processor: what it takes and gives, one step at a time."""

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from ctranslate2 import StorageView

from core.machine import give_memory_back
from pipeline.hearing.alignment import Placed, place
from pipeline.hearing.mel import FRAMES_A_SECOND, Frames, silent
from pipeline.hearing.number_format import NumberFormat
from pipeline.hearing.reading import Reading, most_tokens
from pipeline.hearing.steps import Heard, Place, Search, Step
from pipeline.hearing.tokens import Tokens

LATEST_START = 50
"""The first sentence begins within 1 s of the window, in steps of 20 ms; Whisper's own rule."""

MOST_TOGETHER = 4
"""Searches: eight would save a tenth more, and take twice the memory."""

MOST_POSITIONS = 3300
"""In one search: what it remembers of each is 12 KB."""

MOST_TOKENS = 448
"""Those that Whisper has positions for, its prompt included."""


class Whisper:
    """One set of weights, loaded. Not thread-safe.

    `language` is a code that the weights know, and of no account where they know one alone.
    """

    def __init__(
        self,
        folder: Path,
        *,
        threads: int = 1,
        number_format: NumberFormat = "int8",
        together: int = MOST_TOGETHER,
    ) -> None:
        """`together` is how many searches are made at once; each takes memory of its own."""
        self._model: Any = ctranslate2.models.Whisper(
            str(folder),
            device="cpu",
            compute_type=number_format,
            inter_threads=1,
            intra_threads=threads,
        )
        self._tokens = Tokens(folder)
        self._silences: dict[int, Heard] = {}
        self._work = ""
        # Sums of whole numbers are the same in whatever order they are made.
        self.together = together if number_format == "int8" else 1

    def encode(self, frames: Frames) -> Heard:
        """What the encoder makes of these frames, an even number of them and 3,000 at most."""
        self._turn_to("encoding")
        given = StorageView.from_array(np.ascontiguousarray(frames[None]))
        heard: Heard = np.array(self._model.encode(given))[0]
        return heard

    def followed_by_silence(self, heard: Heard, positions: int) -> Heard:
        """The same with silence behind it, so that it has at least so many positions.

        The silence was encoded once, and costs nothing more.
        """
        if len(heard) >= positions:
            return heard
        if positions not in self._silences:
            self._silences[positions] = self.encode(silent(2 * positions))
        return np.concatenate([heard, self._silences[positions][len(heard) :]])

    def _turn_to(self, work: str) -> None:
        """Give back the memory that was freed by other work: no step takes as much as the encoder.

        What one sound has freed the next takes again, which is cheaper than to ask for it anew.
        """
        if work != self._work:
            give_memory_back()
            self._work = work

    def answer(self, steps: Sequence[Step]) -> list[Any]:
        """A `Reading` for each search and the words for each place, in their order.

        Searches that are alike are made together, those of a length beside each other: they take
        as many steps as the longest. What comes of one does not depend on the others.
        """
        self._turn_to("searching")
        answers: dict[Step, Any] = {}
        alike: dict[Hashable, list[Search]] = {}
        for step in steps:
            if isinstance(step, Search):
                alike.setdefault(self._kind(step), []).append(step)
            else:
                answers[step] = self._place(step)
        for searches in alike.values():
            searches.sort(key=lambda search: search.size)
            most = max(1, min(self.together, MOST_POSITIONS // len(searches[0].heard)))
            for first in range(0, len(searches), most):
                some = searches[first : first + most]
                answers |= zip(some, self._search(some), strict=True)
        return [answers[step] for step in steps]

    def _kind(self, step: Search) -> Hashable:
        """What has to be the same in searches that are made together."""
        how = step.beams, step.timed, step.repeats_none
        return len(step.heard), len(self._prompt(step)), how

    def _search(self, alike: Sequence[Search]) -> list[Reading]:
        """The same tokens every time."""
        prompts, first = [self._prompt(each) for each in alike], alike[0]
        # One further than the longest of them may come: what gets there has run away.
        most = 1 + max(most_tokens(each.size / FRAMES_A_SECOND) for each in alike)
        found = self._model.generate(
            _stacked(alike),
            prompts,
            beam_size=first.beams,
            no_repeat_ngram_size=3 if first.repeats_none else 0,
            # CTranslate2 allows half of it, or what is left of it after the prompt.
            max_length=min(MOST_TOKENS, max(2 * most, len(prompts[0]) + most)),
            max_initial_timestamp_index=LATEST_START,
            suppress_tokens=self._tokens.never_spoken,
            return_scores=True,
            return_no_speech_prob=True,
        )
        return [self._reading(step, each) for step, each in zip(alike, found, strict=True)]

    def _reading(self, step: Search, found: Any) -> Reading:  # noqa: ANN401 - untyped
        tokens: list[int] = found.sequences_ids[0]
        return Reading(
            tokens=tokens,
            text=self._tokens.text(tokens).strip(),
            mean_log_probability=found.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech_probability=found.no_speech_prob,
            most=most_tokens(step.size / FRAMES_A_SECOND),
        )

    def _prompt(self, step: Search) -> list[int]:
        said = step.said[-(MOST_TOKENS // 2 - 1) :]
        return self._tokens.prompt(self._start(step.language), said, timed=step.timed)

    def spoken(self, reading: Reading) -> tuple[list[int], int | None]:
        """The tokens of the words in it, and the frame to read on from, None for the end."""
        tokens, read_on = self._tokens.of_sentences(reading.tokens)
        return self._tokens.without_marks(tokens), read_on

    def _place(self, step: Place) -> list[Placed]:
        """By itself: together it costs as much, and the numbers differ in their last digits."""
        tokens = list(step.tokens)
        if not self._tokens.text(tokens).strip():
            return []
        start = self._start(step.language)
        aligned = self._model.align(_stacked([step]), start, [tokens], step.size)[0]
        return place(self._tokens.words(tokens, step.language), aligned)

    def languages(self, heard: Heard) -> dict[str, float]:
        """How probable each language is that these weights know, by their code."""
        (found,) = self._model.detect_language(StorageView.from_array(heard[None]))
        return {token.strip("<|>"): probability for token, probability in found}

    def _start(self, language: str) -> list[int]:
        return self._tokens.start(language if self._model.is_multilingual else None)


def _stacked(steps: Sequence[Step]) -> StorageView:
    return StorageView.from_array(np.stack([each.heard for each in steps]))
