"""The policy `everything`, live: each utterance is kept by itself, and a press keeps as always.

What a press has of an utterance is left to it; the rest of the utterance is kept by itself.
"""

from collections.abc import Callable, Iterable

from core import log
from core.capture_status import SelectionStatus
from core.errors import UserError
from core.selection.reasons import EarlyReason
from core.spool_port import SpoolPort
from device.capture.clip_writer import ClipSource, Report
from device.capture.keep_everything import LONGEST, keep_span
from device.memory.recent_sound import Sound
from device.session.kept_unpressed import KeptUnpressed
from device.session.pieces import Piece, Pieces
from device.session.pressed_for import PressedFor
from device.session.values import Keeping


class Everything:
    """Owned by the capture loop. `refusal` tells why nothing may be written now."""

    is_on = True

    def __init__(  # noqa: PLR0913 - whom it asks and tells
        self,
        source: ClipSource,
        sound: Sound,
        spool: SpoolPort,
        report: Report,
        found: KeptUnpressed,
        *,
        keeping: Callable[[], Keeping],
        refusal: Callable[[], UserError | None],
    ) -> None:
        self._source = source
        self._sound = sound
        self._spool = spool
        self._report = report
        self._found = found
        self._keeping = keeping
        self._refusal = refusal
        self._pieces = Pieces(LONGEST)
        self._undecided: list[Piece] = []
        self._pressed_for = PressedFor()
        self._kept = 0
        self._trouble: UserError | None = None

    def turn(self, now_s: float) -> None:  # noqa: ARG002 - as the interface has it
        self._look()
        found = [*self._undecided, *self._pieces.ended(self._sound.heard)]
        self._undecided = [each for each in found if not self._pressed_for.is_decided(each)]
        self._keep_all(each for each in found if self._pressed_for.is_decided(each))

    def forget(self, reason: EarlyReason) -> None:  # noqa: ARG002 - as the interface has it
        """What was said lies in the spool, or with the press that is open."""
        self._undecided = []
        self._pressed_for.forget()

    def end(self) -> None:
        self._look()
        self._keep_all([*self._undecided, *self._pieces.rest(self._sound.heard)])
        self._undecided = []

    def status(self) -> SelectionStatus:
        trouble = self._trouble
        return SelectionStatus(
            policy="everything",
            is_on=True,
            sentence="It keeps all that is said." if trouble is None else trouble.sentence,
            advice="" if trouble is None else trouble.advice,
            kept=self._kept,
        )

    def _look(self) -> None:
        ring = self._sound.ring
        self._pressed_for.look(self._keeping(), ring.now, ring.oldest)

    def _keep_all(self, pieces: Iterable[Piece]) -> None:
        """What of each no press has."""
        for piece in pieces:
            for part in self._pressed_for.left_of(piece):
                self._keep(part)

    def _keep(self, piece: Piece) -> None:
        """Keep it; where the disk refuses, what is said is lost, and the status says so."""
        self._trouble = self._refusal()
        if self._trouble is not None:
            return
        try:
            kept = keep_span(self._source, self._sound, self._spool, piece.clip)
        except OSError as error:
            log.get_log().error("utterance_not_kept", reason=error.strerror)
            sentence = f"What was said could not be kept: the disk refused it ({error.strerror})."
            self._trouble = UserError(sentence, advice="Free some space on the disk of the home.")
            return
        self._kept += 1
        self._found.note(kept.keep, piece, self._sound.ring.oldest)
        self._report(kept)
