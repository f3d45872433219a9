"""Builds and measures what the models need on this machine; `./run setup` calls it (a root)."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from core.errors import UserError
from core.machine import calm_thread_pools, profile
from core.settings import Settings
from pipeline import models
from pipeline.hearing import number_format
from pipeline.hearing.number_format import NumberFormat, Work

SAID = Path(__file__).parent.parent / "dashboard" / "demo" / "sounds" / "a-shout.m4a"
"""A sentence of the demo."""


def main() -> int:
    """Build every model that no package carries ready made; the status is the exit status."""
    calm_thread_pools()
    try:
        build_embedder(models.machine_folder(models.EMBEDDER))
        build_transcriber(models.machine_folder(models.TRANSCRIBER))
        measure_number_format()
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    return 0


def build_embedder(target: Path) -> None:
    """Make the folder `target` anew out of the package's weights, whole or not at all."""
    from pipeline.meaning.build_minilm import build  # noqa: PLC0415 - NumPy

    _build(models.EMBEDDER, target, build, by=("numpy",))


def build_transcriber(target: Path) -> None:
    """The same with weights of int8; the package's own serve where this was not done."""
    from pipeline.models.int8_weights import write_int8  # noqa: PLC0415 - NumPy, as above

    def make(source: Path, folder: Path) -> None:
        write_int8(source / "model.bin", folder / "model.bin")
        for name in models.TRANSCRIBER.files.keys() - {"model.bin"}:
            shutil.copyfile(source / name, folder / name)

    _build(models.TRANSCRIBER, target, make, by=("numpy",))


def _build(
    model: models.Model, target: Path, make: Callable[[Path, Path], None], *, by: Sequence[str]
) -> None:
    source = models.verify_source(model)
    target.parent.mkdir(parents=True, exist_ok=True)
    for unfinished in target.parent.glob(".building-*"):
        shutil.rmtree(unfinished)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".building-") as name:
        folder = Path(name, model.name)
        folder.mkdir()
        make(source, folder)
        models.verify_built(model, folder)
        models.write_record(model, folder, {name: version(name) for name in by})
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)


def measure_number_format() -> None:
    """Find out once for this processor in which format Whisper is faster; some seconds."""
    if profile() == "zero" or number_format.measured() is not None:
        return
    import numpy as np  # noqa: PLC0415 - as heavy as what follows

    from pipeline import media  # noqa: PLC0415 - FFmpeg and Whisper, for a set-up that measures
    from pipeline.hearing.transcriber import WhisperTranscriber  # noqa: PLC0415
    from pipeline.hearing.whisper import Whisper  # noqa: PLC0415

    weights = models.find("transcriber", settings=Settings(), home=SAID.parent)
    pcm = np.concatenate(list(media.decode(SAID)))

    def load(name: NumberFormat) -> Work:
        transcriber = WhisperTranscriber(Whisper(weights, number_format=name))
        return lambda: transcriber.transcribe(pcm)

    number_format.measure(load)


if __name__ == "__main__":
    sys.exit(main())
