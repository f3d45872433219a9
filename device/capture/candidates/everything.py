"""The policy `everything`, live: each utterance is kept by itself, and a press keeps as always."""

from collections.abc import Callable

from core import log
from core.audio import Span
from core.capture_status import SelectionStatus
from core.errors import UserError
from core.selection.reasons import EarlyReason
from core.spool_port import SpoolPort
from device.capture.clip_writer import ClipSource, Report
from device.capture.keep_everything import LONGEST, keep_span
from device.memory.recent_sound import Sound
from device.session.pieces import Pieces

from .heard_queue import covers


class Everything:
    """Owned by the capture loop. `refusal` tells why nothing may be written now."""

    is_on = True

    def __init__(  # noqa: PLR0913 - whom it asks and tells
        self,
        source: ClipSource,
        sound: Sound,
        spool: SpoolPort,
        report: Report,
        *,
        kept: Callable[[], tuple[Span, bool] | None],
        refusal: Callable[[], UserError | None],
    ) -> None:
        self._source = source
        self._sound = sound
        self._spool = spool
        self._report = report
        self._kept_by_press = kept
        self._refusal = refusal
        self._pieces = Pieces(LONGEST)
        self._kept = 0
        self._trouble: UserError | None = None

    def turn(self, now_s: float) -> None:  # noqa: ARG002 - as the interface has it
        for piece in self._pieces.ended(self._sound.heard):
            kept = self._kept_by_press()
            if kept is None or not covers(kept[0], piece.spoken):
                self._keep(piece.clip)

    def forget(self, reason: EarlyReason) -> None:
        """Nothing waits: what was said lies in the spool."""

    def end(self) -> None:
        for piece in self._pieces.rest(self._sound.heard):
            kept = self._kept_by_press()
            if kept is None or not covers(kept[0], piece.spoken):
                self._keep(piece.clip)

    def status(self) -> SelectionStatus:
        trouble = self._trouble
        return SelectionStatus(
            policy="everything",
            is_on=True,
            sentence="It keeps all that is said." if trouble is None else trouble.sentence,
            advice="" if trouble is None else trouble.advice,
            kept=self._kept,
        )

    def _keep(self, span: Span) -> None:
        """Keep it; where the disk refuses, what is said is lost, and the status says so."""
        self._trouble = self._refusal()
        if self._trouble is not None:
            return
        try:
            kept = keep_span(self._source, self._sound, self._spool, span)
        except OSError as error:
            log.get_log().error("utterance_not_kept", reason=error.strerror)
            sentence = f"What was said could not be kept: the disk refused it ({error.strerror})."
            self._trouble = UserError(sentence, advice="Free some space on the disk of the home.")
            return
        self._kept += 1
        self._report(kept)
