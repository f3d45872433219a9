"""The values that a moment is made of: its words, their times, its passages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word. Times are milliseconds from the first sample of its clip.

    `alternative` is what the transcriber heard where a name or term of the wearer's stands in its
    place, which may be of several words; None where the word is as it was heard.
    """

    word: str
    start_ms: int
    end_ms: int
    probability: float
    doubtful: bool = False
    alternative: str | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """The words that were said in a clip, or typed in a note.

    `words` is empty for a typed note. `model` names the weights that heard it,
    and is None for what was typed. A clip without words has an empty `text`. `language`
    is the code of the one that most of the words are in, `other_language` of one that
    was spoken, is not among the wearer's, and got no words; None where that is not known.
    """

    text: str
    words: tuple[Word, ...] = ()
    model: str | None = None
    mean_log_probability: float | None = None
    language: str | None = None
    other_language: str | None = None

    @property
    def may_be_another_language(self) -> bool:
        """It was heard, in no language that was sure, and most of its words stand in doubt."""
        if self.model is None or self.language is not None:
            return False
        return sum(word.doubtful for word in self.words) * 2 > len(self.words)


@dataclass(frozen=True, slots=True)
class VoiceTurn:
    """What one voice says in a moment, without another in between; times as those of a `Word`.

    `voice` is a letter, or `wearer`; None where too little was said to tell whose voice it is.
    """

    start_ms: int
    end_ms: int
    voice: str | None


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a moment that the indexes hold: at most 200 word pieces of text.

    `start_ms` and `end_ms` are None for text that was typed.
    """

    text: str
    start_ms: int | None
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class Reference:
    """The origin of a moment: a file or source, and there the caller's own id, or a line.

    `folder` is where the file lay, which tells two files of one name apart; None for a source
    that the caller named.
    """

    source: str
    ref: str | None = None
    line: int | None = None
    folder: str | None = None
