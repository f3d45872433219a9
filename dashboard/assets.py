"""The static files under names that change with their content, so that a browser keeps them.

One name for all of them: they belong together. A script imports its neighbours by relative
addresses, so all of a page's modules are of one version, and none is ever mixed with an older one.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("static")

_YEAR_S = 31_536_000
FOREVER = f"public, max-age={_YEAR_S}, immutable"

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
"""By ending; the machine's own table may say otherwise, and a module of another type is refused."""

MAIN = "js/main.js"
"""The module that a page begins with; it imports the others."""


@dataclass(frozen=True, slots=True)
class Assets:
    """The static files as they were when the process began, each by its path in the folder.

    `version` differs as soon as one of them does.
    """

    files: Mapping[str, bytes]
    version: str

    def url(self, file: str) -> str:
        return f"/static/{self.version}/{file}"

    @property
    def modules(self) -> tuple[str, ...]:
        """The addresses of what MAIN imports, for a browser to fetch all of it at once."""
        return tuple(self.url(file) for file in self.files if is_module(file) and file != MAIN)


def is_module(file: str) -> bool:
    return file.endswith(".js")


def load_assets(folder: Path = FOLDER) -> Assets:
    """All files of the types that we serve, in the order of their names."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in TYPES)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    digest = hashlib.sha256()
    for file, content in files.items():
        digest.update(f"{file} {len(content)} ".encode() + content)
    return Assets(files, digest.hexdigest()[:12])
