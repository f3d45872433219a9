"""The static files under names that change with their content, so that a browser keeps them.

The script's modules are one file here. One name for all files: they belong together.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .bundle import bundled

FOLDER = Path(__file__).with_name("static")

_YEAR_S = 31_536_000
FOREVER = f"public, max-age={_YEAR_S}, immutable"

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
"""By ending; the machine's own table may say otherwise, and a script of another type is refused."""

SCRIPT = "page.js"
"""All modules of the folder `js`, as one."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file, and the same compressed."""

    content: bytes
    gzipped: bytes


@dataclass(frozen=True, slots=True)
class Assets:
    """The static files as they were when the process began, each by its path in the folder.

    `version` differs as soon as one of them does.
    """

    files: Mapping[str, Asset]
    version: str

    def url(self, file: str) -> str:
        return f"/static/{self.version}/{file}"


def load_assets(folder: Path = FOLDER) -> Assets:
    """All files of the types that we serve, in the order of their names."""
    modules = {path.stem: path.read_text("utf-8") for path in sorted((folder / "js").glob("*.js"))}
    paths = sorted(path for path in folder.iterdir() if path.suffix in TYPES)
    contents = {path.name: path.read_bytes() for path in paths}
    contents[SCRIPT] = bundled(modules).encode()
    digest = hashlib.sha256()
    for file, content in contents.items():
        digest.update(f"{file} {len(content)} ".encode() + content)
    files = {
        file: Asset(content, gzip.compress(content, mtime=0)) for file, content in contents.items()
    }
    return Assets(files, digest.hexdigest()[:12])
