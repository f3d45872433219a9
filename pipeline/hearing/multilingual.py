"""A multilingual Whisper: which language it hears, and the words of one that it is told."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer

from core.moment import Transcript
from core.pcm import Pcm, as_float
from pipeline.hearing.transcriber import WhisperTranscriber

SHORT_FRAMES = 1000
"""Of 10 ms. The first eight seconds tell the language as well as thirty do, at a seventh of the
cost: of 20 sentences in four languages and 224 in English none was taken for another of the five
but two of children (development data, 2026-11)."""

SPOKEN_FRAMES = 800
WHOLE_FRAMES = 3000

_ISO = {"jw": "jv"}
"""Whisper's own codes where ISO 639-1 has another."""


class MultilingualWhisper:
    """Whisper base in CTranslate2 form, int8, on the processor."""

    def __init__(self, folder: Path, *, threads: int = 1, name: str = "whisper-base") -> None:
        self.name = name
        self._transcriber: Any = WhisperTranscriber(folder, threads=threads, name=name)
        self._whisper: Any = self._transcriber._whisper  # noqa: SLF001

    def languages(self, pcm: Pcm, *, thoroughly: bool = False) -> Mapping[str, float]:
        """How probable each language is; thoroughly: of all of it, padded to 30 s."""
        features = self._whisper.feature_extractor(as_float(pcm))
        size = WHOLE_FRAMES if thoroughly else SHORT_FRAMES
        spoken = features if thoroughly else features[:, :SPOKEN_FRAMES]
        heard = self._whisper.encode(pad_or_trim(spoken, size))
        (found,) = self._whisper.model.detect_language(heard)
        codes = ((token.strip("<|>"), probability) for token, probability in found)
        return {_ISO.get(code, code): probability for code, probability in codes}

    def transcribe_in(self, language: str, pcm: Pcm) -> Transcript:
        """The words of at most 30 s in this language."""
        own = next((code for code, iso in _ISO.items() if iso == language), language)
        self._transcriber._tokenizer = Tokenizer(  # noqa: SLF001
            self._whisper.hf_tokenizer, multilingual=True, task="transcribe", language=own
        )
        heard: Transcript = self._transcriber.transcribe(pcm)
        return heard
