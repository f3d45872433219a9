"""Blocks of one length, with their times and losses, made of what a microphone's child sends.

Owned by the microphone's thread.
"""

from collections.abc import Iterator

import numpy as np

from core.audio import RATE_HZ
from core.pcm import Pcm
from device.ports import BLOCK_SAMPLES, Block, Lost

from .conversion import Form, Intake
from .losses import Account


class Blocks:
    """Cuts one child's sound into blocks; shorter only where sound was lost, ends or is hurried."""

    def __init__(self, form: Form, intake: Intake, account: Account) -> None:
        self._form = form
        self._intake = intake
        self._account = account
        self._anew = True
        self._rest: Pcm = np.zeros(0, np.int16)
        self._lost: Lost | None = None
        self._clipped, self._dc = 0, 0.0
        self._read, self._given = 0, 0  # frames of the device, samples of blocks, since a loss
        self._stamped_s = self._arrived_s = 0.0

    def take(
        self, raw: bytes, stamped_s: float, *, overflowed: bool = False, hurried: bool = False
    ) -> Iterator[Block]:
        """The blocks that this completes, read by that instant; all of it if `hurried`."""
        frames = len(raw) // self._form.frame_bytes
        lost = self._account.block(
            frames * RATE_HZ / self._form.rate_hz,
            stamped_s,
            overflowed=overflowed,
            anew=self._anew,
        )
        if lost is not None:
            yield from self.finish()
            self._note(lost)
        self._anew, self._stamped_s = False, stamped_s
        self._read += frames
        taken = self._intake.take(raw)
        self._clipped, self._dc = self._clipped + taken.clipped, taken.dc
        yield from self._give(taken.pcm, at_once=hurried)

    def finish(self) -> Iterator[Block]:
        """The rest that was no whole block yet; what comes next is no continuation of it."""
        yield from self._give(self._intake.finish(), at_once=True)
        self._read = self._given = 0

    def _note(self, lost: Lost) -> None:
        already = 0 if self._lost is None else self._lost.samples
        self._lost = Lost(already + lost.samples, lost.reason)

    def _give(self, pcm: Pcm, *, at_once: bool) -> Iterator[Block]:
        held = np.concatenate([self._rest, pcm]) if len(self._rest) else pcm
        while len(held) >= BLOCK_SAMPLES or (at_once and len(held)):
            yield self._block(held[:BLOCK_SAMPLES])
            held = held[BLOCK_SAMPLES:]
        self._rest = held

    def _block(self, pcm: Pcm) -> Block:
        """One block. Its last sample was heard as long before the stamp as sound was read after it.

        After a stall that is earlier than the stamp of the block before, which came late.
        """
        self._given += len(pcm)
        after_s = self._read / self._form.rate_hz - self._given / RATE_HZ
        self._arrived_s = max(self._arrived_s, self._stamped_s - max(0.0, after_s))
        block = Block(pcm, self._arrived_s, self._lost, self._clipped, self._dc)
        self._lost, self._clipped = None, 0
        return block
