"""Reads the settings: one TOML file in the home, checked once, every mistake reported at once.

Written by hand and without a validation library: every process reads the settings, and one such
library costs 19 MB in each of them (pydantic, measured, x86, 2026-11).
"""

import dataclasses
import json
import os
import re
import reprlib
import tomllib
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from core.errors import SettingsWrong
from core.files import read_small
from core.settings import RETIRED, Rule, Settings
from core.text import languages

FILE_NAME = "settings.toml"
MASK = "********"

MOST_BYTES = 64 * 1024
"""All of our keys with a comment each are a tenth."""

_ENDLESS_KEY = re.compile(r"""(?:\.\s*["']?[\w-]+["']?\s*){100}""")
"""A key of keys: what tomllib needs for one grows with its square, 20,000 take five seconds."""

_SHORT = reprlib.Repr()
"""Shows a value of any length or depth in a few words."""
_SHORT.maxstring = _SHORT.maxother = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in the file. `nearest` is a known key that may have been meant."""

    key: str
    value: object
    rule: str
    nearest: str | None = None

    @property
    def sentence(self) -> str:
        meant = f" (did you mean {self.nearest}?)" if self.nearest else ""
        # A table is not repeated: it would fill the screen and may hold a secret.
        value = "" if isinstance(self.value, dict) else f" = {_SHORT.repr(self.value)}"
        return f"{self.key}{value} {self.rule}{meant}"


@dataclass(frozen=True, slots=True)
class Described:
    """One setting as the documents and `afterthought config` tell it."""

    key: str
    type: str
    default: object
    reason: str


def load(home: Path) -> Settings:
    """The settings of this home; the defaults where there is no file.

    Raises SettingsWrong with every problem of the file in one sentence.
    """
    path = home / FILE_NAME
    settings, problems = read(_parse(path), folder=home)
    if problems:
        raise _wrong(path, "; ".join(problem.sentence for problem in problems))
    return settings


def spoken_in(home: Path) -> tuple[str, ...]:
    """The codes of the languages that the wearer of this home speaks, at least one.

    English where the file is wrong: search goes on, and `doctor` says what is wrong.
    """
    try:
        return languages.chosen(load(home).hearing.languages).codes
    except SettingsWrong:
        return (languages.ENGLISH,)


def retired(home: Path) -> list[str]:
    """A sentence for each retired key that the file still has; they change nothing."""
    entries = dict(_flat(_parse(home / FILE_NAME)))
    return [f"{key} is retired: {RETIRED[key]}" for key in entries if key in RETIRED]


def read(raw: Mapping[str, Any], *, folder: Path) -> tuple[Settings, list[Problem]]:
    """Settings out of a parsed file, and every problem found; relative paths lie in `folder`.

    Where there are problems, those keys keep their defaults.
    """
    known = _known()
    problems: list[Problem] = []
    taken: dict[str, dict[str, object]] = {table: {} for table in _tables()}
    for key, value in _flat(raw):
        if key in RETIRED:
            continue
        if key not in known:
            problems.append(_unknown(key, value, list(known)))
            continue
        field = known[key]
        fault = _fault(value, field)
        if fault:
            shown = MASK if _rule(field).secret else value
            problems.append(Problem(key, shown, fault))
        else:
            table, name = key.split(".")
            taken[table][name] = _converted(value, field, folder)
    tables = {table: kind(**taken[table]) for table, kind in _tables().items()}
    return Settings(**tables), problems


def effective(settings: Settings) -> dict[str, dict[str, object]]:
    """The settings that hold now, as JSON can carry it, with secrets masked."""
    return {
        table: {
            field.name: _shown(getattr(getattr(settings, table), field.name), _rule(field))
            for field in fields(kind)
        }
        for table, kind in _tables().items()
    }


def as_toml(tables: dict[str, dict[str, object]]) -> str:
    """What `effective` gives, as a settings file; what is not set is a comment in it."""
    parts = [
        "\n".join([f"[{table}]", *(_as_line(key, value) for key, value in keys.items())])
        for table, keys in tables.items()
    ]
    return "\n\n".join(parts)


def _as_line(key: str, value: object) -> str:
    if value is None:
        return f"# {key} is not set"
    # JSON writes a text, a number and a truth as TOML does, but for DEL, which no setting holds.
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"


def describe() -> list[Described]:
    """Every setting there is, in the order of the file."""
    return [
        Described(key, _type_name(field), field.default, _rule(field).reason)
        for key, field in _known().items()
    ]


def _parse(path: Path) -> dict[str, Any]:
    try:
        # An editor may have put a byte-order mark before it, which is no part of it.
        text = read_small(path, MOST_BYTES).decode("utf-8-sig")
        if _ENDLESS_KEY.search(text):
            raise RecursionError  # noqa: TRY301 - what tomllib raises for the other ways to do it
        return tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except RecursionError as cause:
        raise _wrong(path, "it has tables within tables without end") from cause
    except UnicodeDecodeError as cause:
        raise _wrong(path, "it is not UTF-8 text") from cause
    except ValueError as cause:  # TOML's own errors, numbers beyond all
        raise _wrong(path, f"it is not TOML: {cause}") from cause
    except OSError as cause:
        raise _wrong(path, f"it cannot be read: {cause.strerror}") from cause


def _wrong(path: Path, what: str) -> SettingsWrong:
    return SettingsWrong(
        f"The settings in {path} cannot be used: {what}.",
        advice="Mend the file and start again; docs/configuration.md lists every key.",
    )


def _tables() -> dict[str, Any]:
    return {field.name: field.type for field in fields(Settings)}


def _known() -> dict[str, dataclasses.Field[Any]]:
    tables = _tables().items()
    return {f"{table}.{field.name}": field for table, kind in tables for field in fields(kind)}


def _flat(raw: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Every `table.key` of the file; a table that is none of ours stays whole."""
    tables = {*_tables(), *(key.partition(".")[0] for key in RETIRED)}
    for table, entries in raw.items():
        if table in tables and isinstance(entries, dict):
            yield from ((f"{table}.{name}", value) for name, value in entries.items())
        else:
            yield table, entries


def _unknown(key: str, value: object, known: list[str]) -> Problem:
    if isinstance(value, dict):
        return Problem(key, value, "is no table of ours", _nearest(key, _tables()))
    if key in _tables():
        return Problem(key, value, f"must be a table: [{key}]")
    name = key.rpartition(".")[2]
    elsewhere = [other for other in known if other.endswith(f".{name}")]
    nearest = elsewhere[0] if elsewhere else _nearest(key, known)
    # The value of a key that nobody knows could be a mistyped secret.
    return Problem(key, MASK, "is not a setting", nearest)


def _nearest(key: str, known: Iterable[str]) -> str | None:
    import difflib  # noqa: PLC0415 - for a slip of the finger

    return next(iter(difflib.get_close_matches(key, list(known), n=1)), None)


def _fault(value: object, field: dataclasses.Field[Any]) -> str | None:
    """What is wrong with the value, as the end of a sentence that begins with the key."""
    kind, rule, choices = _kind(field), _rule(field), _choices(field)
    if not _fits(value, kind) or (choices and value not in choices):
        return f"must be {_type_name(field)}"
    if any("\0" in each for each in _texts(value)):
        return "must have no NUL in it"
    if rule.form is not None and not re.fullmatch(rule.form, str(value), re.ASCII):
        return f"must be {rule.form_name}"
    if rule.minimum is not None and isinstance(value, int | float) and not value >= rule.minimum:
        return f"must be {rule.minimum:g} or more"
    if rule.maximum is not None and isinstance(value, int | float) and not value <= rule.maximum:
        return f"must be {rule.maximum:g} or less"
    return None


_KIND_NAMES: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    Path: "a path",
    tuple: "a list of texts",
}


def _fits(value: object, kind: type) -> bool:
    # In Python a bool is an int, and TOML writes 120 where 120.0 is meant.
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    if kind is float:
        return isinstance(value, int | float)
    if kind is Path:
        return isinstance(value, str) and value != ""
    if kind is tuple:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, kind)


def _texts(value: object) -> list[str]:
    """What of this value is text."""
    return [each for each in (value if isinstance(value, list) else [value]) if type(each) is str]


def _converted(value: Any, field: dataclasses.Field[Any], folder: Path) -> object:  # noqa: ANN401
    kind = _kind(field)
    # Unlike Path.expanduser, this one raises for no text that somebody may have typed.
    return folder / os.path.expanduser(value) if kind is Path else kind(value)  # noqa: PTH111


def _choices(field: dataclasses.Field[Any]) -> tuple[str, ...]:
    """The words that a field takes; empty where it takes any value of its type."""
    is_choice = typing.get_origin(field.type) is Literal
    return typing.get_args(field.type) if is_choice else ()


def _kind(field: dataclasses.Field[Any]) -> type:
    """The field's type without its None."""
    if _choices(field):
        return str
    if typing.get_origin(field.type) is tuple:
        return tuple
    parts = typing.get_args(field.type) or (field.type,)
    return typing.cast("type", next(part for part in parts if part is not types.NoneType))


def _type_name(field: dataclasses.Field[Any]) -> str:
    choices = _choices(field)
    return " or ".join(choices) if choices else _KIND_NAMES[_kind(field)]


def _rule(field: dataclasses.Field[Any]) -> Rule:
    return typing.cast("Rule", field.metadata["rule"])


def _shown(value: object, rule: Rule) -> object:
    if rule.secret and value is not None:
        return MASK
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value
