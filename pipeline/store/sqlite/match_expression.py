"""A phrase of plain text, made into an expression that FTS5 can be asked for. Pure.

Raw text breaks FTS5: `don't`, `C++`, `tea AND`, an open quote and a NUL are errors there.
"""

import re

from pipeline.store.passage_port import Phrase

_UNREADABLE = re.compile("[\0\ud800-\udfff]")
"""A NUL ends an expression early, and a lone surrogate has no UTF-8."""


def quoted(phrase: Phrase) -> str:
    """The phrase as FTS5 takes it: its words side by side, whatever characters it holds.

    One without a word, such as an emoji, is no error and matches nothing.
    """
    text = _UNREADABLE.sub(" ", phrase.text).replace('"', '""')
    return f'"{text}"'


def in_what_was_said(phrase: Phrase) -> str:
    """The phrase in date and text; not in the speaker, whom search weighs by itself."""
    return f"{{date_words text}} : ({quoted(phrase)})"
