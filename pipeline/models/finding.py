"""Where the weights lie, and whether they are the ones that were pinned.

Looked for in this order: the path in the settings; `models/` in the home; the
machine's own models, which set-up puts beside the environment; a package that
carries them. Services never fetch. Packages are found by name and never
imported: silero_vad alone would ask for torch.
"""

import hashlib
import importlib.util
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from core.checks import Check
from core.errors import ModelMissing, NotFound
from core.files import read_small
from core.settings import ModelSettings, Settings
from core.text import languages
from pipeline.models.catalogue import LARGER_TRANSCRIBER, MODELS, Model, set_of

RECORD = "built.json"
"""Beside weights that set-up built: what they were made of, and every file's SHA-256."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that may hold a model. `own` where the settings name it.

    `weights` is the name of the file that is loaded: a wearer may call theirs anything.
    """

    where: str
    folder: Path
    weights: str
    own: bool = False

    @property
    def there(self) -> bool:
        return (self.folder / self.weights).is_file()


@dataclass(frozen=True, slots=True)
class Found:
    """What `afterthought models` tells of one model.

    `of_set` names the set that brings it, None for what comes with set-up. `where` is
    None where there is none; `sha256_ok` is None then too. `bytes` counts every file that
    is needed. `advice` is empty where all is well, and where nothing asks for it.
    """

    name: str
    purpose: str
    title: str
    licence: str
    of_set: str | None
    where: str | None
    path: Path | None
    bytes: int
    sha256_ok: bool | None
    advice: str


def find(name: str, *, settings: Settings, home: Path) -> Path:
    """The model's folder, or its file where it is but one; checked against its SHA-256 just now.

    Reads every byte: 0.1 s for Whisper's 75 MB on x86, so ask once a process.
    Raises ModelMissing with the next step, and NotFound for a name that is none.
    """
    model = known(name)
    place = _place(model, settings.models, home)
    if place is None:
        _missing(model)
    _verify(model, place, settings.models)
    return place.folder / place.weights if len(model.files) == 1 else place.folder


def is_there(name: str, *, settings: Settings, home: Path) -> bool:
    """True where the model is on this machine; whether it is whole, `find` says. Reads nothing."""
    place = _place(known(name), settings.models, home)
    return place is not None and place.there


def folder_of(name: str, *, settings: Settings, home: Path) -> Path | None:
    """Where the model lies, whole or not; None where it is not here. Reads nothing."""
    place = _place(known(name), settings.models, home)
    return place.folder if place is not None and place.there else None


def fingerprint(*, settings: Settings, home: Path) -> str:
    """A text that differs once a model came, went, moved or was replaced. Reads no weights."""
    states = []
    for model in MODELS.values():
        place = _place(model, settings.models, home)
        state = None
        if place is not None and place.there:
            told = (place.folder / place.weights).stat()
            state = [str(place.folder), told.st_size, told.st_mtime_ns]
        states.append([model.name, state])
    return hashlib.sha256(json.dumps(states).encode()).hexdigest()[:16]


def inventory(*, settings: Settings, home: Path) -> list[Found]:
    """Every model: where it is and whether it is what was pinned, or what to do."""
    return [_look(model, settings, home) for model in MODELS.values()]


def checks(*, settings: Settings, home: Path) -> Iterable[Check]:
    """What `doctor` says about the models."""
    for found in inventory(settings=settings, home=home):
        if found.where is None and not found.advice:
            continue  # a set that nobody asked for
        if found.advice:
            yield Check(f"model {found.name}", "fail", f"No {found.title}.", found.advice)
        else:
            yield Check(f"model {found.name}", "ok", f"{found.title}, from {found.where}.")


def known(name: str) -> Model:
    """The model of that name; raises NotFound with the names that there are."""
    try:
        return MODELS[name]
    except KeyError:
        names = ", ".join(MODELS)
        raise NotFound(f"There is no model {name!r}.", advice=f"There are: {names}.") from None


def package_folder(model: Model) -> Path | None:
    """Where the package that carries the model keeps its files; None where it is not installed."""
    # find_spec imports the parents of what it looks for, so only ever ask for the top.
    spec = importlib.util.find_spec(model.package) if model.package else None
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / model.package_folder


def machine_folder(model: Model) -> Path:
    """Where set-up puts what it builds, and a fetch what it brings, for every home here."""
    return Path(sys.prefix) / "models" / model.name


def sha256(path: Path) -> str:
    """The file's SHA-256 in hexadecimal; reads it whole, a little at a time."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify_source(model: Model) -> Path:
    """The package's folder that `model` is built of, checked; raises ModelMissing."""
    folder = package_folder(model)
    if folder is None:
        _missing(model)
    for name, pinned in model.files.items():
        if not (folder / name).is_file() or sha256(folder / name) != pinned:
            _altered(model, Place(f"the package {model.package}", folder, name), name)
    return folder


def verify_built(model: Model, folder: Path) -> None:
    """Raise ModelMissing where what was just built there is not what was pinned."""
    for name, pinned in model.built.items():
        if sha256(folder / name) != pinned:
            raise ModelMissing(
                f"The {model.name} model was built, but its {name} is not what was pinned.",
                advice="Delete the folder .venv and run `./run setup`; other versions of the "
                "packages than the locked ones build another file.",
            )


def write_record(model: Model, folder: Path, versions: dict[str, str]) -> None:
    """Say beside freshly built files what they were made of, so that `find` can check them."""
    record = {
        "source": model.files,
        "versions": versions,
        "sha256": {name: sha256(folder / name) for name in model.built},
    }
    (folder / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def own_path(model: Model, chosen: ModelSettings) -> Path | None:
    """Where the settings say that this model is; None where they do not."""
    own: Path | None = getattr(chosen, f"{model.name}_path", None)
    return own


def _place(model: Model, chosen: ModelSettings, home: Path) -> Place | None:
    own = own_path(model, chosen)
    if own is not None:
        # What the wearer names is used or complained about, never passed over.
        folder, weights = (own.parent, own.name) if own.is_file() else (own, model.weights)
        return Place("the path in the settings", folder, weights, own=True)
    return next((place for place in _places(model, home) if place.there), None)


def _places(model: Model, home: Path) -> Iterator[Place]:
    yield Place("the archive's models", home / "models" / model.name, model.weights)
    yield Place("this machine's models", machine_folder(model), model.weights)
    carried = package_folder(model)
    if carried is not None and _is_ready_made(model):
        yield Place(f"the package {model.package}", carried, model.weights)


def _verify(model: Model, place: Place, chosen: ModelSettings) -> None:
    if place.own and not place.there:
        raise ModelMissing(
            f"There is no {model.name} model at {place.folder / place.weights}.",
            advice=f"Mend models.{model.name}_path in settings.toml, or take it out.",
        )
    pins = _pins(model, place, chosen)
    if not pins:
        _altered(model, place, place.weights)
    for name, pinned in pins.items():
        path = place.folder / name
        if not path.is_file() or sha256(path) != pinned:
            _altered(model, place, name)


def _pins(model: Model, place: Place, chosen: ModelSettings) -> dict[str, str]:
    """What each file's SHA-256 has to be in this place; empty where nothing says so."""
    stated: str | None = getattr(chosen, f"{model.name}_sha256", None)
    if place.own and stated is not None:
        return {place.weights: stated.lower()}
    pins = _built_pins(model, place.folder) if model.built else {}
    pins = pins or (model.files if _is_ready_made(model) else {})
    return {place.weights if name == model.weights else name: pin for name, pin in pins.items()}


def _is_ready_made(model: Model) -> bool:
    """Its package carries weights that can be loaded, even where set-up builds better ones."""
    return model.weights in model.files


def _built_pins(model: Model, folder: Path) -> dict[str, str]:
    try:
        record = json.loads(read_small(folder / RECORD))
        pins = {name: str(record["sha256"][name]) for name in model.built}
        return pins if record["source"] == model.files else {}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def _look(model: Model, settings: Settings, home: Path) -> Found:
    place, brought_by = _place(model, settings.models, home), set_of(model.name)
    there = place is not None and place.there
    sha256_ok, advice = (True if there else None), ""
    try:
        find(model.name, settings=settings, home=home)
    except ModelMissing as missing:
        sha256_ok = False if there else None
        advice = str(missing) if there or is_needed(model, settings) else ""
    return Found(
        name=model.name,
        purpose=model.purpose,
        title=model.title,
        licence=model.licence,
        of_set=None if brought_by is None else brought_by.name,
        where=place.where if place and there else None,
        path=place.folder if place and there else None,
        bytes=_bytes(model, place) if place else 0,
        sha256_ok=sha256_ok,
        advice=advice,
    )


def _bytes(model: Model, place: Place) -> int:
    files = (place.folder / name for name in {place.weights, *(model.built or model.files)})
    return sum(file.stat().st_size for file in files if file.is_file())


def is_needed(model: Model, settings: Settings) -> bool:
    """True for what the settings ask for; a set only where a language of theirs is in it."""
    if model is LARGER_TRANSCRIBER:
        return settings.models.larger_transcriber_path is not None
    listed = languages.chosen(settings.hearing.languages)
    return set_of(model.name) is None or not listed.is_english_alone


def _bringing(model: Model) -> str:
    """The command that brings this model."""
    brought_by = set_of(model.name)
    return "./run setup" if brought_by is None else f"afterthought models --fetch {brought_by.name}"


def _missing(model: Model) -> NoReturn:
    needed = ", ".join(model.files if _is_ready_made(model) else (*model.built, RECORD))
    raise ModelMissing(
        f"The {model.name} model ({model.title}), which {model.purpose}, is not on this machine.",
        advice=f"Run `{_bringing(model)}`, or put {needed} into the archive's folder "
        f"models/{model.name}.",
    )


def _altered(model: Model, place: Place, name: str) -> NoReturn:
    path = place.folder / name
    advice = f"Delete {place.folder} and run `{_bringing(model)}`."
    if place.where.startswith("the package"):
        advice = "Delete the folder .venv and run `./run setup`."
    if place.own:
        line = f'{model.name}_sha256 = "{sha256(place.folder / place.weights)}"'
        advice = f"If you trust it, add this line under [models] in settings.toml: {line}"
    raise ModelMissing(
        f"The {model.name} model's {path} is missing, damaged, or not the file that was pinned.",
        advice=advice,
    )
