"""How capture and the worker stand, in one answer."""

from pathlib import Path
from typing import Any

from core import line
from core.errors import UserError
from core.places import Home

from .control import ask

PATIENCE_S = 5.0


def standing(home: Home) -> tuple[dict[str, Any], str]:
    """What `status` tells: a value for programs, sentences for people."""
    capture, capture_says = _capture(home.capture_socket)
    worker, worker_says = _worker(home.worker_socket)
    value = {"capture": capture, "worker": worker, "sentences": [capture_says, worker_says]}
    return value, f"{capture_says}\n{worker_says}"


def _capture(path: Path) -> tuple[dict[str, Any] | None, str]:
    try:
        status = ask(path, {"do": "status"})
    except UserError as error:
        return None, str(error)
    held = f"{status['ring_s']:.0f} s of the past are held in memory; {status['kept']} kept."
    return status, f"{status['sentence']} {status['advice']}".strip() + f" {held}"


def _worker(path: Path) -> tuple[dict[str, Any] | None, str]:
    try:
        status = line.ask(path, {"do": "status"}, patience_s=PATIENCE_S)
    except line.NobodyThere:
        return None, (
            "The worker is not running; what is kept waits safely. "
            "Start it: `afterthought process`, or everything: `afterthought run`."
        )
    if status["trouble"]:
        return status, f"The worker waits: {status['trouble']}"
    return status, f"The worker is running; {status['waiting']} letters wait."
