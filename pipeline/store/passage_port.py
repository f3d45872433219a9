"""What search asks of an archive: its passages as arrays, and which of them hold a word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Vectors(Protocol):
    """A vector a passage, of unit length, all by one embedder; zeros where there is none."""

    @property
    def there(self) -> NDArray[np.bool_]:
        """Which passages have one."""

    @property
    def dimensions(self) -> int: ...

    def cosines(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """How close each passage is in meaning to this vector of unit length."""


@dataclass(frozen=True, slots=True)
class PassageTable:
    """What can be found, as arrays. The same object as long as nothing has changed.

    One entry a passage, by ascending rowid: `rowids`, `moment_of` (an index into the
    moments) and `vectors`, by the name of the embedder that made them (none where meaning is not
    asked for; more than one while an archive is embedded anew).
    One entry a moment, in time order, which is the order of the archive where times are
    equal or unknown: `moments` (ids), `at_ms` (UTC, NaN where unknown), `lasts_ms` (of its
    sound, 0 for none), `speakers`, `characters` (the length of its text), `single` (made by
    itself: a typed note, a file, an imported line that names no speaker), `entered` (the same,
    and its time is when it came in: nothing says when it was said), `about` (an index into the
    moments: the one that it was written about; -1 for none).
    """

    rowids: NDArray[np.int64]
    moment_of: NDArray[np.int64]
    vectors: Mapping[str, Vectors]
    moments: Sequence[str]
    at_ms: NDArray[np.float64]
    lasts_ms: NDArray[np.int64]
    speakers: Sequence[str | None]
    characters: NDArray[np.int64]
    single: NDArray[np.bool_]
    entered: NDArray[np.bool_]
    about: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A word, or words that stand side by side. Plain text: whatever it holds, it is no syntax.

    Its spelling does not matter as far as `core.text.words.folded` tells.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Matches:
    """The passages that have a word, in any order, and what it is worth in each, above 0."""

    rowids: NDArray[np.int64]
    scores: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shown:
    """One passage and its moment, as a hit shows them.

    `heard_as` is what was heard where names of the wearer stand in the text.
    """

    moment: str
    ref: str | None
    at: datetime | None
    seconds: float | None
    speaker: str | None
    text: str
    heard_as: str = ""


class Passages(Protocol):
    """The passages of an archive, as search reads them. Belongs to one event loop."""

    async def passages(self) -> PassageTable:
        """Everything that is neither hidden nor forgotten."""

    async def match(self, *phrases: Phrase) -> Matches:
        """The passages that have any of these in their date or text, by BM25.

        Not in the speaker: who spoke is weighed by the engine itself.
        """

    async def vocabulary(self, beginning: str) -> Sequence[str]:
        """The words of the index that begin so, as it has them: folded, stemmed by English rules.

        None where there are very many.
        """

    async def shown(self, passages: Sequence[int]) -> Mapping[int, Shown]:
        """What the passages with these rowids look like; those gone by now are left out."""
