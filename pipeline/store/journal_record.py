"""The file `journal.json`: how far our own journal had come, kept outside the database.

What it says is compared with the journal at each opening, so that a database that was lost,
emptied, set back or exchanged is noticed before anything is written or erased on its word.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.files import clear_away, read_small, write_durably
from core.log import get_log


@dataclass(frozen=True, slots=True)
class JournalEnd:
    """The last event of an origin, its hash in hexadecimal; without an origin, none yet."""

    origin: str | None = None
    seq: int = 0
    hash: str = ""


def record_path(home: Path) -> Path:
    return home / "journal.json"


def read_record(home: Path) -> JournalEnd | None:
    """What was last noted; None where nothing was, or nothing that makes sense."""
    try:
        return _understood(json.loads(read_small(record_path(home))))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        get_log().warning("journal_record_unreadable", fault=type(error).__name__)
        return None


def write_record(home: Path, end: JournalEnd) -> None:
    """Note this end, durably.

    A disk that refuses is logged and no error: the event is stored, and a record that lags
    behind its journal is brought up to date by the next opening.
    """
    path = record_path(home)
    try:
        if path.is_dir():
            clear_away(path)
        write_durably(path, [json.dumps(asdict(end)).encode("ascii"), b"\n"])
    except OSError as error:
        get_log().warning("journal_record_not_written", fault=type(error).__name__)


def _understood(told: dict[str, Any]) -> JournalEnd:
    end = JournalEnd(told["origin"], int(told["seq"]), bytes.fromhex(told["hash"]).hex())
    if end.seq and not isinstance(end.origin, str):
        raise TypeError(end.origin)
    return end
