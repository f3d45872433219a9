"""Everything that a page's handler works with: the bridge, the archive, the other processes."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from flask import current_app, request

from core import capture_status
from core.capture_status import CaptureStatus
from core.clock import SystemClock
from core.errors import UserError
from core.sent import Sent
from core.sockets import socket_client
from core.sockets.socket_client import NobodyThere, Told
from core.spool_port import SpoolPort

from .archive_access import ArchiveAccess
from .assets import Assets
from .bridge import Bridge
from .live_events import Live
from .reach.reached import ReachedNow
from .sentences import say
from .show import status
from .show.first_minute import Demo
from .show.local_time import Clock
from .sign_in.confirming import Confirmations
from .sign_in.desk import Desk
from .sign_in.set_up_secret import SetUpSecret
from .sign_in.sign_ins import SignIns

T = TypeVar("T")

PATIENCE_S = 2.0
"""Both answer within milliseconds; who takes longer is stuck, and the page must not be."""

STATUS_PATIENCE_S = 0.5
"""A status is a few numbers; a page that waits longer for them feels broken."""


_MOST_DIGITS = 18
"""Of what SQLite counts with, and less than Python refuses to read."""

_ABSENT: Told = {
    "outcome": "refused",
    "sentence": say("refused.absent"),
    "advice": say("refused.absent_advice"),
}


class OtherVersion(UserError):
    """Capture answers with fields that this page does not know."""

    code = "other_version"


class WorkerGone(UserError):
    """The worker, which was to do something, does not answer."""

    code = "worker_gone"


PostNote = Callable[[str, str | None], str]
"""A typed moment's id, durable on return, of its text and the moment that it is about.

Raises UserError where there is no text.
"""


@dataclass(frozen=True, slots=True)
class Context:
    """The objects of this app, built by app.py."""

    home: Path
    bridge: Bridge
    archive: ArchiveAccess
    live: Live
    spool: SpoolPort
    post_note: PostNote
    capture_socket: Path
    worker_socket: Path
    assets: Assets
    sign_ins: SignIns
    set_up_secret: SetUpSecret
    desk: Desk
    confirmations: Confirmations
    reached: ReachedNow
    sent: Callable[[], Sent]
    authority: Callable[[], bytes | None]
    demo: Demo | None = None

    def ask(self, work: Coroutine[Any, Any, T]) -> T:
        return self.bridge.ask(work)

    def capture(self, request: Told) -> Told:
        """Capture's answer. Raises NobodyThere, and UserError with capture's own sentence."""
        return socket_client.ask(self.capture_socket, request, patience_s=PATIENCE_S)

    def act(self, request: Told) -> Told:
        """Capture's answer; a refusal where it declines or nobody answers."""
        try:
            return self.capture(request)
        except NobodyThere:
            return _ABSENT
        except UserError as error:
            return {"outcome": "refused", "sentence": error.sentence, "advice": error.advice}

    def capture_status(self) -> CaptureStatus | None:
        """None where capture does not answer. Raises OtherVersion."""
        fields = self._status(self.capture_socket)
        try:
            return None if fields is None else capture_status.from_json(fields)
        except (KeyError, TypeError) as error:
            advice = say("state.other_version_advice")
            raise OtherVersion(say("state.other_version"), advice=advice) from error

    def worker_status(self) -> Told | None:
        """None where the worker does not answer."""
        return self._status(self.worker_socket)

    def wake_worker(self) -> bool:
        """Have the spool looked at now; False where no worker runs."""
        try:
            socket_client.ask(self.worker_socket, {"do": "wake"}, patience_s=PATIENCE_S)
        except NobodyThere:
            return False
        return True

    def retry(self, moment: str | None) -> None:
        """Have the worker try again this moment, or all that failed. Raises UserError."""
        asked: Told = {"do": "retry", "moment": moment}
        try:
            socket_client.ask(self.worker_socket, asked, patience_s=PATIENCE_S)
        except NobodyThere as error:
            raise WorkerGone(say("worker.absent"), advice="") from error

    def state(self, capture: CaptureStatus | None) -> status.State:
        """The state of capture and worker as the page shows it, given capture's status."""
        return self.state_of(capture, self.worker_status())

    def state_of(self, capture: CaptureStatus | None, worker: Told | None) -> status.State:
        """The same, given the worker's status, too."""
        doubt = self.ask(self.archive.doubt()) if worker is None else ""
        return status.state(capture, worker, self.spool.waiting_count(), doubt)

    def _status(self, socket: Path) -> Told | None:
        try:
            return socket_client.ask(socket, {"do": "status"}, patience_s=STATUS_PATIENCE_S)
        except NobodyThere:
            return None


def whole_number(text: str) -> int | None:
    """The number that these digits are; None for anything else, thousands of digits among it."""
    is_one = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if is_one else None


def context() -> Context:
    """The context of the app that answers this request."""
    return cast("Context", current_app.extensions["context"])


def is_asked_for_here() -> bool:
    """True where the person or our own page asks, and not another site's link.

    Such a link shows what it leads to, and must change nothing. An old browser does not say.
    """
    return request.headers.get("Sec-Fetch-Site") in {None, "none", "same-origin"}


def clock() -> Clock:
    """This machine's time; where its clock is unset, the epoch, which no moment is near."""
    return Clock(SystemClock().now_ms() or 0)
