"""In which of the wearer's languages something was said, and whether it is one of them at all.

English is heard by the English model first: it is the cheaper and the better one for it. Only
where its words are hardly believable is the multilingual one asked for the language, and it
chooses among the wearer's alone: of its hundred languages it finds Latin and Chinese in short
or accented English.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from core.moment import Transcript
from core.text.languages import ENGLISH
from pipeline.hearing.packing import Pauses
from pipeline.hearing.reading import compresses

if TYPE_CHECKING:  # they load NumPy and ctranslate2, which sync and a fake must not need
    from core.pcm import Pcm
    from pipeline.hearing.transcriber import Transcriber


@dataclass(frozen=True, slots=True)
class Limit:
    """English words are less likely than this where both numbers say so.

    The mean log-probability of a token is below the one, and the share of doubtful words
    is not below the other.
    """

    mean_log_probability: float
    doubtful_share: float


ASK_BELOW = Limit(-0.5, 0.3)
"""Where the multilingual model is asked for the language: a wide limit, for asking costs little.
None of what native speakers read aloud is below it, and a third of what second-language speakers
say; of 60 pieces of 2 s in other languages two with words are above (development data, 2026-11)."""

DOUBT_BELOW = Limit(-0.75, 0.35)
"""Where no word stands undoubted if that model is not here: nearly as narrow as 20 sentences in
other languages let it be, which come to -0.81 and 0.42, for it puts 2.6 % of the words of
second-language speakers in doubt; -0.6 and 0.3 would 11.5 %."""

ANOTHER_ABOVE = 0.85
"""How sure the multilingual model must be of a language that is not listed. Of 20 sentences in
other languages it is so by 0.93 and more; of English with any accent by 0.77 at most."""

NOT_SPOKEN_BELOW = 0.1
"""A listed language less probable than this was not spoken, where nothing else speaks for it:
of noise the model finds a little of every language."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The language of a sound. `probability` is what the model gave it among all it knows.

    `is_listed` is False for one that is none of the wearer's; `sure` is False where
    another than theirs may have been spoken.
    """

    language: str
    probability: float
    is_listed: bool = True
    sure: bool = True


class ManyLanguages(Protocol):
    """A transcriber that is told which language it hears. Not thread-safe."""

    @property
    def name(self) -> str:
        """The weights, as the archive records them beside the words."""
        ...

    def languages(self, pcm: Pcm, *, thoroughly: bool = False) -> Mapping[str, float]:
        """How probable each language is that the model knows, by its code; they sum to one.

        `thoroughly`: at four times the cost and beyond doubt more often.
        """
        ...

    def transcribe_in(self, language: str, pcm: Pcm) -> Transcript:
        """As `Transcriber.transcribe`, of sound in this language."""
        ...


def decide(probabilities: Mapping[str, float], listed: Sequence[str]) -> Decided:
    """The likeliest of the listed languages; another one only where that is beyond doubt."""
    likeliest = max(probabilities, key=lambda code: probabilities[code])
    if likeliest not in listed and probabilities[likeliest] >= ANOTHER_ABOVE:
        return Decided(likeliest, probabilities[likeliest], is_listed=False)
    own = max(listed, key=lambda code: probabilities.get(code, 0.0))
    return Decided(own, probabilities.get(own, 0.0), sure=likeliest in listed)


def is_hardly_likely(heard: Transcript, limit: Limit) -> bool:
    """These words may be what the English model makes of another language."""
    if not heard.words or heard.mean_log_probability is None or compresses(heard.text):
        return True
    doubtful = sum(word.doubtful for word in heard.words) / len(heard.words)
    unlikely = heard.mean_log_probability < limit.mean_log_probability
    return unlikely and doubtful >= limit.doubtful_share


def all_doubtful(heard: Transcript) -> Transcript:
    """The same words, none of them undoubted, in a language that is not known."""
    words = tuple(replace(word, doubtful=True) for word in heard.words)
    return replace(heard, words=words, language=None)


class ChoosingTranscriber:
    """Hears each sound in one of the wearer's languages.

    `many` gives the multilingual model, None where none is installed: then all is heard as
    English, and what is hardly likely to be English stands in doubt to the last word. It is
    asked once it is needed.
    """

    def __init__(
        self,
        english: Transcriber,
        many: Callable[[], ManyLanguages | None],
        listed: Sequence[str],
    ) -> None:
        self._english = english
        self._many = many
        self._listed = tuple(listed)

    @property
    def name(self) -> str:
        return self._english.name

    def transcribe(self, pcm: Pcm) -> Transcript:
        """The words in the language that it chose; none, and `other_language`, in another."""
        (heard,) = self.transcribe_together([pcm])
        return heard

    def transcribe_together(
        self, pcms: Sequence[Pcm], pauses: Pauses | None = None
    ) -> list[Transcript]:
        """Together as English; one after the other in another language."""
        if ENGLISH not in self._listed and (many := self._many()) is not None:
            return [self._of_many(many, pcm, None) for pcm in pcms]
        as_english = self._english.transcribe_together(pcms, pauses)
        return [self._chosen(pcm, heard) for pcm, heard in zip(pcms, as_english, strict=True)]

    def _chosen(self, pcm: Pcm, heard: Transcript) -> Transcript:
        """What it is in the language that it was spoken in, after it was heard as English."""
        if not is_hardly_likely(heard, ASK_BELOW):
            return _as_english(heard)
        if (many := self._many()) is not None:
            return self._of_many(many, pcm, heard)
        in_doubt = is_hardly_likely(heard, DOUBT_BELOW)
        return all_doubtful(heard) if in_doubt else _as_english(heard)

    def _of_many(self, many: ManyLanguages, pcm: Pcm, english: Transcript | None) -> Transcript:
        """What it is in the language that the multilingual model hears.

        `english` is what the English model made of it, where that was asked.
        """
        decided = decide(many.languages(pcm), self._listed)
        if not (decided.is_listed and decided.sure):
            decided = decide(many.languages(pcm, thoroughly=True), self._listed)
        if not decided.is_listed:
            return Transcript("", model=many.name, other_language=decided.language)
        if decided.language == ENGLISH and english is not None:
            heard = _as_english(english)
        elif decided.probability < NOT_SPOKEN_BELOW:
            heard = english or Transcript("", model=many.name)
        else:
            heard = many.transcribe_in(decided.language, pcm)
            heard = replace(heard, language=decided.language if heard.words else None)
        return heard if decided.sure else all_doubtful(heard)


def _as_english(heard: Transcript) -> Transcript:
    return replace(heard, language=ENGLISH if heard.words else None)
