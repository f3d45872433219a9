"""The transcriber of a home: for the wearer's languages, with the models that are here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from core.machine import profile
from core.moment import Transcript
from core.pcm import Pcm
from core.settings import Settings
from core.text import languages, own_words
from pipeline import models
from pipeline.hearing import number_format
from pipeline.hearing.languages import ChoosingTranscriber, ManyLanguages
from pipeline.hearing.packing import Pauses
from pipeline.refining.second_model import knows_many

if TYPE_CHECKING:  # it loads ctranslate2
    from pipeline.hearing.transcriber import Transcriber

_Model = TypeVar("_Model")


def open_second_transcriber(settings: Settings, home: Path) -> Transcriber:
    """The one that hears kept moments again; none of its models is loaded yet.

    A larger Whisper takes the place of the first one and, where it knows many languages, of the
    one for those, too. Raises ModelMissing where it is not the one that the settings pin.
    """
    chosen = settings.models
    if chosen.larger_transcriber_path is None:
        return open_transcriber(settings, home)
    own = models.find("larger_transcriber", settings=settings, home=home)
    pin = chosen.larger_transcriber_sha256
    larger = replace(chosen, transcriber_path=own, transcriber_sha256=pin)
    if knows_many(own):
        larger = replace(larger, languages_transcriber_path=own, languages_transcriber_sha256=pin)
    return open_transcriber(replace(settings, models=larger), home)


def open_transcriber(settings: Settings, home: Path) -> Transcriber:
    """A transcriber for the languages in the settings; none of its models is loaded yet.

    On a machine with little memory one model goes before the other comes.
    """
    chosen = settings.models
    listed = languages.chosen(settings.hearing.languages).codes
    of_machine = profile(settings.machine.profile)
    own, own_many = chosen.transcriber_path, chosen.languages_transcriber_path

    def path(name: str) -> Path:
        return models.find(name, settings=settings, home=home)

    def load_english() -> Transcriber:
        from pipeline.hearing.transcriber import LONGEST, WhisperTranscriber  # noqa: PLC0415
        from pipeline.hearing.whisper import MOST_TOGETHER, Whisper  # noqa: PLC0415

        numbers = number_format.chosen(settings)
        folder, together = path("transcriber"), 1 if of_machine == "zero" else MOST_TOGETHER
        whisper = Whisper(folder, threads=chosen.threads, number_format=numbers, together=together)
        return WhisperTranscriber(whisper, name=english.name, longest=LONGEST[of_machine])

    def load_many() -> ManyLanguages:
        from pipeline.hearing.multilingual import MultilingualWhisper  # noqa: PLC0415
        from pipeline.hearing.transcriber import LONGEST  # noqa: PLC0415

        folder, longest = path("languages_transcriber"), LONGEST[of_machine]
        return MultilingualWhisper(folder, threads=chosen.threads, name=many.name, longest=longest)

    def has_many() -> bool:
        return models.is_there("languages_transcriber", settings=settings, home=home)

    english = _English("whisper-tiny.en" if own is None else own.name, load_english)
    many = _Many("whisper-base" if own_many is None else own_many.name, load_many, has_many)
    if of_machine == "zero":
        english.model.makes_way, many.model.makes_way = many.model.drop, english.model.drop
    return ChoosingTranscriber(english, many.if_here, listed)


def open_own_words(settings: Settings) -> Callable[[Transcript], Transcript]:
    """Puts the names and terms of the settings into what was heard; without any, does nothing."""
    terms = own_words.listed(settings.hearing.words).terms
    if not terms:
        return lambda heard: heard
    from pipeline.hearing.own_words import OwnWords  # noqa: PLC0415 - few list any

    return OwnWords(terms).put_into


class _WhenNeeded(Generic[_Model]):
    """A model that is loaded when somebody speaks: a clip of noise should not cost 200 MB."""

    def __init__(self, load: Callable[[], _Model]) -> None:
        self._load = load
        self._loaded: _Model | None = None
        self.makes_way: Callable[[], None] = lambda: None

    def get(self) -> _Model:
        if self._loaded is None:
            self.makes_way()
            self._loaded = self._load()
        return self._loaded

    def drop(self) -> None:
        self._loaded = None


class _English:
    def __init__(self, name: str, load: Callable[[], Transcriber]) -> None:
        self.name = name
        self.model = _WhenNeeded(load)

    def transcribe(self, pcm: Pcm) -> Transcript:
        return self.model.get().transcribe(pcm)

    def transcribe_together(
        self, pcms: Sequence[Pcm], pauses: Pauses | None = None
    ) -> list[Transcript]:
        return self.model.get().transcribe_together(pcms, pauses)


class _Many:
    def __init__(
        self, name: str, load: Callable[[], ManyLanguages], is_here: Callable[[], bool]
    ) -> None:
        self.name = name
        self.model = _WhenNeeded(load)
        self._is_here = is_here

    def if_here(self) -> ManyLanguages | None:
        """This; None where the model was never brought. Raises ModelMissing for a damaged one."""
        if not self._is_here():
            return None
        self.model.get()
        return self

    def languages(self, pcm: Pcm, *, thoroughly: bool = False) -> Mapping[str, float]:
        return self.model.get().languages(pcm, thoroughly=thoroughly)

    def transcribe_in(self, language: str, pcm: Pcm) -> Transcript:
        return self.model.get().transcribe_in(language, pcm)
