"""The static files under names that change with their content, so that a browser keeps them."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).with_name("static")

_YEAR_S = 31_536_000
FOREVER = f"public, max-age={_YEAR_S}, immutable"


def fingerprint(folder: Path = FOLDER) -> str:
    """The same as long as no static file has changed. One for all: they belong together."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]
