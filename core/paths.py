"""Folders and files: the home of an archive, and the folder for sockets."""

import hashlib
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from core.access.private import close_to_readers, is_private, make_private, swappable_part

from .errors import ArchiveUnusable

SERVICE_HOME = Path("/var/lib/afterthought")
_SERVICE_RUNTIME = Path("/run/afterthought")
_SERVICE_STATE = Path("/var/lib/afterthought-capture")
_SERVICE_CERTIFICATES = Path("/var/lib/afterthought-certificates")


LONGEST_ADDRESS = 107
"""Bytes of a socket's name; the home itself may have more. The 108th is zero (unix(7))."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one archive, and the names in it.

    `path` is the folder itself, by whatever links it was named; `spelled` is how it was named.
    """

    path: Path
    spelled: Path | None = field(default=None, compare=False)

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
    def demo(self) -> "Home":
        """The home of the demo: beside the wearer's archive, never in it."""
        return Home(self.path / "demo", None if self.spelled is None else self.spelled / "demo")

    @property
    def capture_socket(self) -> Path:
        return _socket(self.path, "capture.sock")

    @property
    def page_socket(self) -> Path:
        return _socket(self.path, "page.sock")

    @property
    def worker_socket(self) -> Path:
        return _socket(self.path, "worker.sock")


def home_at(named: str | None) -> Home:
    """The home that was named, else $AFTERTHOUGHT_HOME, else the one in the user's data folder.

    However it is spelled, it is one home: links, `..` and the working folder are resolved here.
    """
    spelled = _spelled(named or _named_elsewhere()[0])
    return Home(Path(os.path.realpath(spelled)), spelled)


def state_folder(home: Path) -> Path:
    """The private folder for what must be read before this home's archive opens, made if need be.

    It lies outside the home, which may be encrypted.
    """
    if is_service(home) and _SERVICE_STATE.is_dir():
        return _SERVICE_STATE
    folder = _states() / _name_of(_resolved(home))
    make_private(folder)
    return folder


def certificate_folder(home: Path) -> Path:
    """The folder of the page's certificates; under the units it is another user's."""
    if is_service(home) and _SERVICE_CERTIFICATES.is_dir():
        return _SERVICE_CERTIFICATES
    return state_folder(home) / "certificates"


def log_folder(home: Path) -> Path:
    """Where the services that `run` starts write their log; made by the first of them."""
    return state_folder(home) / "log"


def older_state_folders(home: Home) -> list[Path]:
    """The folders that earlier versions made for this home, one for each spelling of it.

    They named one after the spelling, so what they remember is looked for under those that
    can be known: how it is named now, and how it is named where nobody names it.
    """
    spellings = [home.path, *map(_spelled, _named_elsewhere()), SERVICE_HOME]
    if home.spelled is not None:
        spellings.insert(0, home.spelled)
    same = [each for each in spellings if _resolved(each) == _resolved(home.path)]
    folders = dict.fromkeys(_states() / _name_of(each) for each in same)
    return [each for each in folders if each != state_folder(home.path) and each.is_dir()]


def runtime_folder(home: Path) -> Path:
    """The private folder for this home's sockets, made if need be.

    Who may swap the folder is looked at anew at each use. Raises ArchiveUnusable where another
    user may.
    """
    if is_service(home) and _SERVICE_RUNTIME.is_dir():
        return _SERVICE_RUNTIME
    base = _runtime_base()
    folder = (base or _temporary_base()) / "afterthought" / _name_of(_resolved(home))
    make_private(folder)
    open_part = _open_part(folder, 2 if base else 3)
    if open_part is None and base is None:
        open_part = swappable_part(folder)
    if open_part is not None:
        sentence = f"The folder for sockets, {folder}, is not this user's alone ({open_part})."
        raise ArchiveUnusable(sentence, advice="Remove it, or set XDG_RUNTIME_DIR.")
    return folder


def _socket(home: Path, name: str) -> Path:
    """Raises ArchiveUnusable where the folder for sockets cannot hold one."""
    address = runtime_folder(home) / name
    if len(os.fsencode(address)) > LONGEST_ADDRESS:
        sentence = f"The name of the folder for sockets is too long: {address.parent}."
        raise ArchiveUnusable(sentence, advice="Set XDG_RUNTIME_DIR to a shorter one.")
    return address


def _open_part(folder: Path, ours: int) -> Path | None:
    """Which of the last so many parts of a path is not this user's alone, if any."""
    parts = (folder, *folder.parents)[:ours]
    for part in parts:
        close_to_readers(part)  # earlier versions made the parents for everybody to look into
    return next((part for part in parts if not is_private(part)), None)


def _runtime_base() -> Path | None:
    """The user's own folder for sockets, where the system gives one; after `sudo` it may not be."""
    named = os.environ.get("XDG_RUNTIME_DIR")
    if not named:
        return None
    base = Path(os.path.realpath(named))
    try:
        return base if base.stat().st_uid == os.getuid() else None
    except FileNotFoundError:
        return base


def _temporary_base() -> Path:
    return Path(os.path.realpath(tempfile.gettempdir())) / f"afterthought-{os.getuid()}"


def _states() -> Path:
    base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return _spelled(base) / "afterthought"


def _named_elsewhere() -> list[str]:
    """How the home is named where the command does not name it: the first one counts."""
    data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    named = os.environ.get("AFTERTHOUGHT_HOME")
    return [*([named] if named else []), f"{data}/afterthought"]


def _spelled(named: str) -> Path:
    # Unlike Path.expanduser, this one raises for no text that somebody may have typed.
    return Path(os.path.expanduser(named)).absolute()  # noqa: PTH111


def _resolved(home: Path) -> Path:
    return Path(os.path.realpath(home))


def is_service(home: Path) -> bool:
    """True for the home of the units, whose user is ours alone."""
    return _resolved(home) == _resolved(SERVICE_HOME)


def _name_of(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
