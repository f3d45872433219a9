"""Whether a microphone can be read at all, found out by reading one."""

import queue

from core.errors import UserError
from device.ports import Fault, FromMicrophone

from .child_microphone import FIRST_S, ChildMicrophone


def why_no_microphone(device: str | None = None) -> UserError | None:
    """None where the first block comes; otherwise what is wrong, and what to do about it."""
    told: queue.Queue[FromMicrophone] = queue.Queue()
    microphone = ChildMicrophone(device)
    microphone.start(told.put)
    try:
        first = told.get(timeout=2 * FIRST_S)
    finally:
        microphone.stop()
    return first.error if isinstance(first, Fault) else None
