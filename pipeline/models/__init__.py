"""The weights: which this version knows, where they lie, and whether they are what was pinned."""

from pipeline.models.catalogue import EMBEDDER, MODELS, SPEECH, TRANSCRIBER, Model
from pipeline.models.finding import (
    RECORD,
    Found,
    Place,
    checks,
    fetch,
    find,
    fingerprint,
    inventory,
    known,
    machine_folder,
    package_folder,
    sha256,
    verify_built,
    verify_source,
    write_record,
)

__all__ = [
    "EMBEDDER",
    "MODELS",
    "RECORD",
    "SPEECH",
    "TRANSCRIBER",
    "Found",
    "Model",
    "Place",
    "checks",
    "fetch",
    "find",
    "fingerprint",
    "inventory",
    "known",
    "machine_folder",
    "package_folder",
    "sha256",
    "verify_built",
    "verify_source",
    "write_record",
]
