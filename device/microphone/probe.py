"""Tries a microphone: reads its first block."""

import queue

from core.errors import UserError
from device.ports import Fault, FromMicrophone

from .child_microphone import FIRST_S, ChildMicrophone


def why_no_microphone(device: str | None = None) -> UserError | None:
    """The error of a microphone that cannot be read; None where its first block comes."""
    messages: queue.Queue[FromMicrophone] = queue.Queue()
    microphone = ChildMicrophone(device)
    microphone.start(messages.put)
    try:
        first = messages.get(timeout=2 * FIRST_S)
    finally:
        microphone.stop()
    return first.error if isinstance(first, Fault) else None
