"""What a meeting came to."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.errors import UserError
from pipeline.store.exchange_port import Head

from .remote import ENDINGS


@dataclass(slots=True)
class Met:
    """Events sent and received, bytes of sound both ways, moments that went or wait.

    `refused` has a sentence for each thing that one of the two did not take; `is_lacking` where
    one wants sound that the other has not, or not yet. `left` counts sounds that left this
    install; `wishes` are the last ones on either side that this meeting knew of, and `began_at`
    how far the two's own lines had come.
    """

    sent: int = 0
    received: int = 0
    sound_bytes: int = 0
    forgotten: int = 0
    waiting: int = 0
    refused: list[str] = field(default_factory=list)
    is_lacking: bool = False
    left: int = 0
    has_more_to_leave: bool = False
    wishes: tuple[int, int] = (0, 0)
    began_at: Mapping[str, Head | None] = field(default_factory=dict)

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """What is refused within is noted, and the meeting goes on; without the peer it ends."""
        try:
            yield
        except ENDINGS:
            raise
        except UserError as error:
            if error.sentence not in self.refused:
                self.refused.append(error.sentence)
