"""The names and terms that a wearer lists in `hearing.words`, and what is wrong with the list."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_TERMS = 200
"""Each more is one more that something may sound like by chance; measured with so many."""

LONGEST = 40
"""Signs: nobody says a longer name in the three words that are compared with it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The terms of a wearer, and what could not be taken of their list.

    Each problem is a sentence with the next step.
    """

    terms: tuple[str, ...]
    problems: tuple[str, ...] = ()


def listed(words: Sequence[str]) -> Listed:
    """What `hearing.words` comes to: what can be taken of it is taken, each term once.

    Never raises, so that a slip in the list does not end the hearing.
    """
    asked = list(dict.fromkeys(" ".join(each.split()) for each in words))
    usable = [each for each in asked if not _wrong(each)]
    problems = [wrong for each in asked if (wrong := _wrong(each))]
    if left_out := len(usable[MOST_TERMS:]):
        problems.append(
            f"hearing.words lists more than {MOST_TERMS} names and terms: the last {left_out} "
            f"from {usable[MOST_TERMS]!r} on are left out. Take some out of the list in "
            "settings.toml."
        )
    return Listed(tuple(usable[:MOST_TERMS]), tuple(problems))


def _wrong(term: str) -> str:
    """What is wrong with it, in a sentence; empty where nothing is."""
    if not any(map(str.isalpha, term)):
        return f"hearing.words has {term!r}, in which there is no letter. Take it out of the list."
    if len(term) > LONGEST:
        return (
            f"hearing.words has {term!r}, which is longer than {LONGEST} signs and is left out. "
            "Write a shorter form of it."
        )
    return ""
