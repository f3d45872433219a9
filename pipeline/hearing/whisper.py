"""A Whisper in CTranslate2 form on the processor: what it takes and gives, one step at a time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from ctranslate2 import StorageView

from core.machine import give_memory_back
from pipeline.hearing.alignment import Placed, place
from pipeline.hearing.mel import FRAMES_A_SECOND, Frames
from pipeline.hearing.number_format import NumberFormat
from pipeline.hearing.reading import Reading, most_tokens
from pipeline.hearing.tokens import Tokens

LATEST_START = 50
"""The first sentence begins within 1 s of the window, in steps of 20 ms; Whisper's own rule."""

MOST_TOKENS = 448
"""Those that Whisper has positions for, its prompt included."""


class Whisper:
    """One set of weights, loaded. Not thread-safe.

    `language` is a code that the weights know, and of no account where they know one alone.
    """

    def __init__(
        self, folder: Path, *, threads: int = 1, number_format: NumberFormat = "int8"
    ) -> None:
        self._model: Any = ctranslate2.models.Whisper(
            str(folder),
            device="cpu",
            compute_type=number_format,
            inter_threads=1,
            intra_threads=threads,
        )
        self._tokens = Tokens(folder)

    def encode(self, frames: Frames) -> StorageView:
        """What the encoder makes of these frames, an even number of them and 3,000 at most.

        No step takes as much memory: what was freed before it and by it is given back.
        """
        given = StorageView.from_array(np.ascontiguousarray(frames[None]))
        give_memory_back()
        heard = self._model.encode(given)
        give_memory_back()
        return heard

    def search(  # noqa: PLR0913 - each is a matter of its own
        self,
        heard: StorageView,
        size: int,
        language: str,
        *,
        beams: int,
        timed: bool,
        said: Sequence[int] = (),
        repeats_none: bool = False,
    ) -> Reading:
        """The likeliest tokens that were said in `size` frames; the same ones every time.

        `said` are the tokens before them, `timed` asks for the times of sentences; where it
        `repeats_none`, no three tokens come twice.
        """
        most = most_tokens(size / FRAMES_A_SECOND)
        start = self._start(language)
        prompt = self._tokens.prompt(start, said[-(MOST_TOKENS // 2 - 1) :], timed=timed)
        found = self._model.generate(
            heard,
            [prompt],
            beam_size=beams,
            no_repeat_ngram_size=3 if repeats_none else 0,
            # CTranslate2 allows half of it, or what is left of it after the prompt.
            max_length=min(MOST_TOKENS, max(2 * most, len(prompt) + most)),
            max_initial_timestamp_index=LATEST_START,
            suppress_tokens=self._tokens.never_spoken,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens: list[int] = found.sequences_ids[0]
        return Reading(
            tokens=tokens,
            text=self._tokens.text(tokens).strip(),
            mean_log_probability=found.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech_probability=found.no_speech_prob,
            most=most,
        )

    def spoken(self, reading: Reading) -> tuple[list[int], int | None]:
        """The tokens of the words in it, and the frame to read on from, None for the end."""
        tokens, read_on = self._tokens.of_sentences(reading.tokens)
        return self._tokens.without_marks(tokens), read_on

    def place(
        self, tokens: list[int], heard: StorageView, size: int, language: str
    ) -> list[Placed]:
        """The words that these tokens make, and where they lie in `size` frames."""
        if not self._tokens.text(tokens).strip():
            return []
        aligned = self._model.align(heard, self._start(language), [tokens], size)[0]
        return place(self._tokens.words(tokens, language), aligned)

    def languages(self, heard: StorageView) -> dict[str, float]:
        """How probable each language is that these weights know, by their code."""
        (found,) = self._model.detect_language(heard)
        return {token.strip("<|>"): probability for token, probability in found}

    def _start(self, language: str) -> list[int]:
        return self._tokens.start(language if self._model.is_multilingual else None)
