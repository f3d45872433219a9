"""The settings: one TOML file in the home, checked once, every mistake told at once.

Each room has its frozen dataclass here; a field has its default and its reason
beside it, and `docs/configuration.md` is held to them by a test. Written by
hand and without a validation library: every process reads the settings, and
one such library costs 19 MB in each of them (pydantic, measured, x86, 2026-11).
"""

import dataclasses
import difflib
import os
import tomllib
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from core.errors import SettingsWrong

FILE_NAME = "settings.toml"
MASK = "********"

RETIRED: dict[str, str] = {}
"""Keys that older versions knew, and what became of each: they warn, and change nothing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value must keep to, beyond its type, and why its default is what it is."""

    reason: str
    minimum: float | None = None
    maximum: float | None = None
    secret: bool = False


def setting(default: object, reason: str, **rule: Any) -> Any:  # noqa: ANN401 - stands for any field
    """A field with its default and its reason; `minimum`, `maximum` and `secret` are in `Rule`."""
    return dataclasses.field(default=default, metadata={"rule": Rule(reason, **rule)})


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which weights are used, where they lie, and how much of the machine they may take.

    Weights under a path of the wearer's own are checked against the SHA-256 given
    here; without one, only the weights that this version pins are taken.
    """

    speech_path: Path | None = setting(None, "unset: found as docs/configuration.md says")
    speech_sha256: str | None = setting(None, "needed only beside a speech_path of your own")
    transcriber_path: Path | None = setting(None, "unset: Whisper tiny.en, which set-up brings")
    transcriber_sha256: str | None = setting(None, "of model.bin; only beside a path of your own")
    embedder_path: Path | None = setting(None, "unset: MiniLM, which set-up builds")
    embedder_sha256: str | None = setting(None, "of model.onnx; only beside a path of your own")
    threads: int = setting(
        1,
        "thread pools that spin double the CPU for the same wall time (measured, x86)",
        minimum=1,
        maximum=64,
    )


@dataclass(frozen=True, slots=True)
class MachineSettings:
    """What the machine can carry."""

    profile: Literal["auto", "zero", "full"] = setting(
        "auto", "auto: zero where the machine shows less than 700 MB of memory, else full"
    )


def _pin(reason: str) -> Any:  # noqa: ANN401 - stands for a field
    return setting(None, reason, minimum=0, maximum=27)


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """The things with a wire. Pins are BCM numbers."""

    microphone: str | None = setting(None, "unset: the system's default input")
    gain_db: float | None = setting(
        None, "unset: by the card's name, as docs/wiring.md lists them", minimum=-20, maximum=60
    )
    channel: Literal["auto", "left", "right"] = setting(
        "auto", "auto: the louder one of two; an I2S microphone fills one slot only"
    )
    ring_s: float = setting(
        120.0,
        "a press reaches for the last minute, a long sentence for more; a minute takes 1.9 MB, "
        "and the profile zero holds 300 s at most",
        minimum=30,
        maximum=1800,
    )
    reserve_mb: int = setting(
        500,
        "what stays free on the disk: below it a press is refused, and the system still works",
        minimum=10,
        maximum=1_000_000,
    )
    button_pin: int | None = _pin("unset: no button is wired; to ground")
    second_button_pin: int | None = _pin("unset: no second button is wired; to ground")
    second_button: Literal["recording", "shutdown"] = setting(
        "recording", "what the second button does: starts and stops a recording, or, held, ends"
    )
    pause_switch_pin: int | None = _pin("unset: no slide switch is wired; to ground is paused")
    input: Path | None = setting(
        None, "unset: no other button; /dev/input/event… of a Bluetooth shutter or a foot switch"
    )
    input_key: int | None = setting(
        None, "unset: any key of that input is the button; its code", minimum=1, maximum=767
    )
    light_pin: int | None = _pin("unset: no light is wired; to ground")
    light_green_pin: int | None = _pin("unset: the light has one colour; else light_pin is red")
    light_blue_pin: int | None = _pin("unset: the light has one colour; else light_pin is red")
    light_spi: Path | None = setting(
        None, "unset: no APA102 lights; /dev/spidev0.1 on a ReSpeaker hat"
    )
    brightness: int = setting(
        60,
        "percent; a light in a dark room may be faint, never off while it listens",
        minimum=5,
        maximum=100,
    )
    motor_pin: int | None = _pin("unset: no motor is wired; to a transistor, with a diode")
    buzzer_pin: int | None = _pin("unset: no buzzer is wired; an active one")


@dataclass(frozen=True, slots=True)
class PipelineSettings:
    """How the worker goes about its work."""

    idle_s: float = setting(
        120.0,
        "long enough for a second thought; the models' 200 MB come back after it",
        minimum=0,
        maximum=86_400,
    )
    stuck_s: float = setting(
        300.0,
        "a window of 30 s takes under 2 s here and some 60 on a Zero 2 W; models that say "
        "nothing for longer than this are ended, and the work is tried again",
        minimum=5,
        maximum=86_400,
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; one table of the file for each room."""

    models: ModelSettings = ModelSettings()
    machine: MachineSettings = MachineSettings()
    device: DeviceSettings = DeviceSettings()
    pipeline: PipelineSettings = PipelineSettings()


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
        value = "" if isinstance(self.value, dict) else f" = {self.value!r}"
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
    taken: dict[str, dict[str, object]] = {room: {} for room in _rooms()}
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
            room, name = key.split(".")
            taken[room][name] = _converted(value, field, folder)
    rooms = {room: kind(**taken[room]) for room, kind in _rooms().items()}
    return Settings(**rooms), problems


def effective(settings: Settings) -> dict[str, dict[str, object]]:
    """What holds now, as JSON can carry it, with secrets masked."""
    return {
        room: {
            field.name: _shown(getattr(getattr(settings, room), field.name), _rule(field))
            for field in fields(kind)
        }
        for room, kind in _rooms().items()
    }


def describe() -> list[Described]:
    """Every setting there is, in the order of the file."""
    return [
        Described(key, _type_name(field), field.default, _rule(field).reason)
        for key, field in _known().items()
    ]


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise _wrong(path, f"it is not TOML: {cause}") from cause
    except OSError as cause:
        raise _wrong(path, f"it cannot be read: {cause.strerror}") from cause


def _wrong(path: Path, what: str) -> SettingsWrong:
    return SettingsWrong(
        f"The settings in {path} cannot be used: {what}.",
        advice="Mend the file and start again; docs/configuration.md lists every key.",
    )


def _rooms() -> dict[str, Any]:
    return {field.name: field.type for field in fields(Settings)}


def _known() -> dict[str, dataclasses.Field[Any]]:
    rooms = _rooms().items()
    return {f"{room}.{field.name}": field for room, kind in rooms for field in fields(kind)}


def _flat(raw: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Every `room.key` of the file; a table that is no room stays whole."""
    rooms = {*_rooms(), *(key.partition(".")[0] for key in RETIRED)}
    for room, entries in raw.items():
        if room in rooms and isinstance(entries, dict):
            yield from ((f"{room}.{name}", value) for name, value in entries.items())
        else:
            yield room, entries


def _unknown(key: str, value: object, known: list[str]) -> Problem:
    if isinstance(value, dict):
        return Problem(key, value, "is no table of ours", _nearest(key, _rooms()))
    if key in _rooms():
        return Problem(key, value, f"must be a table: [{key}]")
    name = key.rpartition(".")[2]
    elsewhere = [other for other in known if other.endswith(f".{name}")]
    nearest = elsewhere[0] if elsewhere else _nearest(key, known)
    # The value of a key that nobody knows could be a mistyped secret.
    return Problem(key, MASK, "is not a setting", nearest)


def _nearest(key: str, known: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(key, list(known), n=1)), None)


def _fault(value: object, field: dataclasses.Field[Any]) -> str | None:
    """What is wrong with the value, as the end of a sentence that begins with the key."""
    kind, rule, choices = _kind(field), _rule(field), _choices(field)
    if not _fits(value, kind) or (choices and value not in choices):
        return f"must be {_type_name(field)}"
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
}


def _fits(value: object, kind: type) -> bool:
    # In Python a bool is an int, and TOML writes 120 where 120.0 is meant.
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    if kind is float:
        return isinstance(value, int | float)
    if kind is Path:
        return isinstance(value, str) and value != ""
    return isinstance(value, kind)


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
    return str(value) if isinstance(value, Path) else value
