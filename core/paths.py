"""Folders and files: the home of an archive, and the folder for sockets."""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .errors import ArchiveUnusable

SERVICE_HOME = Path("/var/lib/afterthought")
_SERVICE_RUNTIME = Path("/run/afterthought")
_SERVICE_STATE = Path("/var/lib/afterthought-capture")


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one archive, and the names in it."""

    path: Path

    @property
    def spool(self) -> Path:
        return self.path / "spool"

    @property
    def sound(self) -> Path:
        return self.path / "sound"

    @property
    def models(self) -> Path:
        return self.path / "models"

    @property
    def settings(self) -> Path:
        return self.path / "settings.toml"

    @property
    def worker_lock(self) -> Path:
        return self.path / "worker.lock"

    @property
    def capture_socket(self) -> Path:
        return runtime_folder(self.path) / "capture.sock"

    @property
    def worker_socket(self) -> Path:
        return runtime_folder(self.path) / "worker.sock"


def home_at(named: str | None) -> Home:
    """The home that was named, else $AFTERTHOUGHT_HOME, else the one in the user's data folder."""
    chosen = named or os.environ.get("AFTERTHOUGHT_HOME")
    data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Home(Path(chosen or f"{data}/afterthought").expanduser().absolute())


def state_folder(home: Path) -> Path:
    """The private folder for what must be read before this home's archive opens, made if need be.

    It lies outside the home, which may be encrypted.
    """
    if home == SERVICE_HOME and _SERVICE_STATE.is_dir():
        return _SERVICE_STATE
    base = os.environ.get("XDG_STATE_HOME") or Path("~/.local/state").expanduser()
    folder = Path(base) / "afterthought" / _name_of(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _name_of(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:12]


def runtime_folder(home: Path) -> Path:
    """The private folder for this home's sockets, made if need be.

    Socket addresses are at most 107 bytes long, so the home itself cannot hold them.
    Raises ArchiveUnusable where somebody else owns the folder.
    """
    if home == SERVICE_HOME and _SERVICE_RUNTIME.is_dir():
        return _SERVICE_RUNTIME
    own = f"{tempfile.gettempdir()}/afterthought-{os.getuid()}"
    base = os.environ.get("XDG_RUNTIME_DIR") or own
    folder = Path(base) / "afterthought" / _name_of(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = folder.stat()
    if state.st_uid != os.getuid() or stat.S_IMODE(state.st_mode) & 0o077:
        sentence = f"The folder for sockets, {folder}, is not this user's alone."
        raise ArchiveUnusable(sentence, advice="Remove it, or set XDG_RUNTIME_DIR.")
    return folder
