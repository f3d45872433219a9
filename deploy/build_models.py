"""Builds the embedding model once for this machine; `./run setup` calls it (a root)."""

import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from core.errors import UserError
from pipeline import models


def main() -> int:
    """Build every model that no package carries ready made; the status is the exit status."""
    try:
        build_embedder(models.machine_folder(models.EMBEDDER))
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    return 0


def build_embedder(target: Path) -> None:
    """Make the folder `target` anew out of the package's weights, whole or not at all."""
    # onnx and the quantizer cost half a second and 50 MB: only set-up pays for them.
    from pipeline.meaning.build_onnx import build  # noqa: PLC0415

    source = models.verify_source(models.EMBEDDER)
    target.parent.mkdir(parents=True, exist_ok=True)
    for unfinished in target.parent.glob(".building-*"):
        shutil.rmtree(unfinished)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".building-") as name:
        folder = Path(name, "embedder")
        folder.mkdir()
        build(source / "model.safetensors", folder / "model.onnx")
        shutil.copyfile(source / "tokenizer.json", folder / "tokenizer.json")
        models.verify_built(models.EMBEDDER, folder)
        models.write_record(
            models.EMBEDDER, folder, {name: version(name) for name in ("onnx", "onnxruntime")}
        )
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)


if __name__ == "__main__":
    sys.exit(main())
