"""A multilingual Whisper: which language it hears, and the words of one that it is told."""

from collections.abc import Mapping
from pathlib import Path

from core.audio import RATE_HZ
from core.moment import Transcript
from core.pcm import Pcm
from pipeline.hearing.mel import log_mel
from pipeline.hearing.transcriber import ENCODED, WhisperTranscriber
from pipeline.hearing.whisper import Whisper

SHORT_FRAMES = 1000
"""Of 10 ms. The first eight seconds tell the language as well as thirty do, at a seventh of the
cost: of 20 sentences in four languages and 224 in English none was taken for another of the five
but two of children (development data, 2026-11)."""

SPOKEN_SAMPLES = 8 * RATE_HZ
WHOLE_FRAMES = 3000

_ISO = {"jw": "jv"}
"""Whisper's own codes where ISO 639-1 has another."""


class MultilingualWhisper:
    """Whisper base in CTranslate2 form, int8, on the processor."""

    def __init__(
        self,
        folder: Path,
        *,
        threads: int = 1,
        name: str = "whisper-base",
        longest: int = WHOLE_FRAMES,
    ) -> None:
        """`longest` is how many frames the encoder is given at most."""
        self.name = name
        self._longest = longest
        self._whisper = Whisper(folder, threads=threads)

    def languages(self, pcm: Pcm, *, thoroughly: bool = False) -> Mapping[str, float]:
        """How probable each language is; thoroughly: of all of it, padded to the longest."""
        short = SHORT_FRAMES, pcm[:SPOKEN_SAMPLES]
        count, spoken = (self._longest, pcm) if thoroughly else short
        frames = log_mel(spoken, silence=count)[:, :count]
        found = self._whisper.languages(self._whisper.encode(frames))
        return {_ISO.get(code, code): probability for code, probability in found.items()}

    def transcribe_in(self, language: str, pcm: Pcm) -> Transcript:
        """The words of at most 30 s in this language."""
        own = next((code for code, iso in _ISO.items() if iso == language), language)
        transcriber = WhisperTranscriber(
            self._whisper,
            name=self.name,
            language=own,
            longest=self._longest,
            silence=ENCODED,
        )
        return transcriber.transcribe(pcm)
