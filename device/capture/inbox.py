"""The loop's one way in. It has a size: sound that has no room is counted, others are told so."""

import queue
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar

from core import log
from device.ports import Block, FromMicrophone, Lost

MOST_BLOCKS = 1200
"""Two minutes of sound: a disk that stalls longer than this costs sound, and the gap is told."""

MOST_OTHERS = 1000
"""Nobody's finger does this much; a contact that rattles, or a program gone mad, may."""

Other = TypeVar("Other")


class Inbox(Generic[Other]):
    """Messages in the order in which they came. One thread brings sound, any may bring others."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._messages: queue.SimpleQueue[FromMicrophone | Other] = queue.SimpleQueue()
        self._blocks_in = 0  # written by the microphone's thread alone
        self._blocks_out = 0  # written by the loop alone
        self._dropped_samples = 0

    def put_sound(self, message: FromMicrophone) -> None:
        """For the microphone. Never waits: a block without room is lost, and the next says so."""
        if not isinstance(message, Block):
            self._messages.put(message)
            return
        if self._blocks_in - self._blocks_out >= MOST_BLOCKS:
            self._dropped_samples += _samples(message)
            return
        if self._dropped_samples:
            lost = self._dropped_samples + (message.lost.samples if message.lost else 0)
            self._dropped_samples = 0
            message = replace(message, lost=Lost(lost, "busy", estimated=False))
        self._blocks_in += 1
        self._messages.put(message)

    @property
    def is_empty(self) -> bool:
        return self._messages.empty()

    def forget_dropped(self) -> None:
        """Forget the loss of what had no room: the microphone was closed on purpose since."""
        self._dropped_samples = 0

    def put(self, message: Other) -> bool:
        """For everybody else. Never waits; False where there is no room."""
        if self._messages.qsize() - (self._blocks_in - self._blocks_out) >= MOST_OTHERS:
            log.get_log().warning("inbox_full", message=type(message).__name__)
            return False
        self._messages.put(message)
        return True

    def get(self, until_s: float) -> FromMicrophone | Other | None:
        """The oldest message, waited for up to this time on the inbox's clock; else None."""
        try:
            message = self._messages.get(timeout=max(0.0, until_s - self._now_s()))
        except queue.Empty:
            return None
        self._blocks_out += isinstance(message, Block)
        return message


def _samples(block: Block) -> int:
    return len(block.pcm) + (block.lost.samples if block.lost else 0)
