"""Phrases of plain text, made into an expression that FTS5 can be asked for. Pure.

Raw text breaks FTS5: `don't`, `C++`, `tea AND`, an open quote and a NUL are errors there. What
comes out of `phrase_tokens` has none of it.
"""

from collections.abc import Sequence

from core.text.words import phrase_tokens
from pipeline.store.passage_port import Phrase


def quoted(phrase: Phrase) -> str:
    """The phrase as FTS5 takes it: its words side by side, as the index has them.

    One without a word is no error and matches nothing.
    """
    tokens, begins = phrase_tokens(phrase.text)
    return f'"{" ".join(tokens)}"{"*" if begins else ""}'


def in_what_was_said(phrases: Sequence[Phrase]) -> str:
    """Any of the phrases in date and text; not in the speaker, whom search weighs by itself."""
    return f"{{date_words text}} : ({' OR '.join(map(quoted, phrases))})"
