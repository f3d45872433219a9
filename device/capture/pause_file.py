"""The pause, which must outlive a restart. It is read before anything else is opened."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from core.capture_status import Pausing
from core.clock import Recorded
from core.files import sync_folder, write_durably


@dataclass(frozen=True, slots=True)
class Remembered:
    """A pause that was on, and when and where in which stream it began."""

    pausing: Pausing
    stream: str
    position: int
    began: Recorded


class PauseFile:
    """One small file outside the home, for the archive may be locked when it is needed."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "pause.json"

    def read(self) -> Remembered | None:
        """The pause that is on. One that cannot be read counts: it is safer to hear nothing."""
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            began, left_s = Recorded(**told["began"]), told["pausing"]["remaining_s"]
            pausing = Pausing(told["pausing"]["by"], None if left_s is None else float(left_s))
            return Remembered(pausing, str(told["stream"]), int(told["position"]), began)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            return Remembered(Pausing("command"), "0" * 16, 0, Recorded())

    def write(self, remembered: Remembered) -> None:
        """Durable on return. Raises OSError."""
        write_durably(self._path, [json.dumps(asdict(remembered)).encode()])

    def remove(self) -> None:
        """It is over. Raises OSError."""
        self._path.unlink(missing_ok=True)
        sync_folder(self._path.parent)
