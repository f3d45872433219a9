"""Every sentence of the page by its name, out of `sentences.toml`: the one file to translate."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup, escape

FILE = Path(__file__).with_suffix(".toml")

SHARED_WITH_SCRIPTS = (
    ("state", "memory"),
    ("state", "memory_only"),
    ("button", "undo"),
    ("button", "redo"),
)
"""What the scripts say beside their own section."""

COMMAND = re.compile(r"`([^`]*)`")

Sentence = str | Mapping[str, str]
"""A text, or one for each form of a number: `one` and `other`."""


class Sentences:
    """The sentences of one language. A name is `section.key`.

    A name that is not there raises KeyError: a fault of ours, which a test finds.
    """

    def __init__(self, language: str, sections: Mapping[str, Mapping[str, Sentence]]) -> None:
        self.language = language
        self.sections = sections

    def __call__(self, name: str, **values: object) -> str:
        """The sentence, with these values put in; `count` chooses its form."""
        return self._text(name, values).format(**values)

    def html(self, name: str, **values: object) -> Markup:
        """The same as HTML: its own tags stay, and those in values are escaped."""
        return with_commands(Markup(self._text(name, values))).format(**values)  # noqa: S704 - ours

    def of(self, section: str, key: object, **values: object) -> str:
        """The sentence of this section for a code or a number; empty where it has none."""
        is_there = str(key) in self.sections[section]
        return self(f"{section}.{key}", **values) if is_there else ""

    @property
    def for_scripts(self) -> Mapping[str, Sentence]:
        """What the scripts say, by its name in them."""
        shared = {key: self.sections[section][key] for section, key in SHARED_WITH_SCRIPTS}
        return {**shared, **self.sections["script"]}

    def _text(self, name: str, values: Mapping[str, object]) -> str:
        section, _, key = name.partition(".")
        found = self.sections[section][key]
        if isinstance(found, str):
            return found
        return found["one" if values["count"] == 1 else "other"]


def with_commands(sentence: str) -> Markup:
    """A sentence as HTML, in which what stands in backticks is set as a command."""
    return Markup(COMMAND.sub(r"<code>\1</code>", str(escape(sentence))))  # noqa: S704 - escaped


def load(file: Path = FILE) -> Sentences:
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    return Sentences(told.pop("language"), told)


say = load()
