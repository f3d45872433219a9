"""Who is signed in: the phones of the file, as every request asks for them."""

import threading
from collections.abc import Callable

from core.clock import Clock
from core.log import get_log

from .phone_file import PhoneFile, PhonesUnreadable, Signature
from .phones import Phone, Phones, hash_of, new_id

VISIT_EVERY_S = 3600.0
"""How often a visit is written down: nobody asks more exactly, and a card wears out."""

Authority = Callable[[], str]
"""What tells the certificate authority of this device from others; empty where there is none."""


class SignIns:
    """The phones that are let in. Any thread may ask.

    What another process writes is seen at the next question. Under another authority, and under
    none, nobody is signed in. All of it raises PhonesUnreadable.
    """

    def __init__(self, file: PhoneFile, authority: Authority, clock: Clock) -> None:
        self._file = file
        self._authority = authority
        self._clock = clock
        self._lock = threading.Lock()
        self._known: tuple[Signature | None, Phones] | None = None
        self._visits: dict[str, tuple[float, int | None]] = {}
        self._met: set[str] = set()
        self.on_revoked: list[Callable[[str], None]] = []

    def phone_of(self, token: str | None) -> Phone | None:
        """The phone that brings this token; anything else costs one hash, or none."""
        token_hash = None if token is None else hash_of(token)
        phone = None if token_hash is None else self._phones().by_token(token_hash)
        if phone is not None:
            self._met.add(phone.id)
        return phone

    def look(self) -> None:
        """Notice who is let in no more, whoever saw to that: what they have open is closed.

        Another process, another authority, a list that cannot be read. To be called each second.
        """
        try:
            still = {phone.id for phone in self.all()}
        except PhonesUnreadable:
            still = set()
        for gone in tuple(self._met):
            if gone not in still:
                self._met.discard(gone)
                self._tell_of(gone)

    def all(self) -> tuple[Phone, ...]:
        """Every phone that is let in, the oldest first."""
        return self._phones().phones

    def visited_ms(self, phone: Phone) -> int | None:
        """The last visit, as far as this process knows it."""
        _, at_ms = self._visits.get(phone.id, (0.0, None))
        return phone.visited_ms if at_ms is None else at_ms

    def note_visit(self, phone: Phone) -> bool:
        """Remember that it was here; True where that was written down, which is seldom."""
        now_s, at_ms = self._clock.monotonic_s(), self._clock.now_ms()
        with self._lock:
            written_s, _ = self._visits.get(phone.id, (None, None))
            is_due = written_s is None or now_s - written_s >= VISIT_EVERY_S
            self._visits[phone.id] = now_s if is_due or written_s is None else written_s, at_ms
        if is_due:
            self._write_visit(phone, at_ms)
        return is_due

    def admit(self, token_hash: str, name: str) -> Phone:
        """A phone that signs in by this token from now on. Durable on return; raises OSError."""
        now_ms, authority = self._clock.now_ms(), self._authority()
        phone = Phone(new_id(), name, token_hash, paired_ms=now_ms, visited_ms=now_ms)
        self._file.change(lambda phones: phones.under(authority).admitted(phone))
        return phone

    def revoke(self, named: str) -> Phone:
        """The phone that has no way in any more. Raises NotFound, OSError."""
        gone = self._phones().by_id(named)
        self._change(lambda phones: phones.revoked(named))
        self._tell_of(gone.id)
        return gone

    def note_seen(self, phone: Phone) -> None:
        """It has been shown all phones that were let in. Raises OSError."""
        if phone.unseen:
            self._change(lambda phones: phones.changed(phone.id, unseen=()))

    def note_knows_authority(self, phone: Phone) -> None:
        """It has seen how it could trust the authority, and is not offered that any more."""
        if not phone.knows_authority:
            self._change(lambda phones: phones.changed(phone.id, knows_authority=True))

    def _tell_of(self, gone: str) -> None:
        for tell in self.on_revoked:
            tell(gone)

    def _write_visit(self, phone: Phone, at_ms: int | None) -> None:
        try:
            self._change(lambda phones: phones.changed(phone.id, visited_ms=at_ms))
        except OSError as error:  # a full disk keeps nobody out
            get_log().warning("visit_not_written", reason=error.strerror)

    def _change(self, change: Callable[[Phones], Phones]) -> None:
        authority = self._authority()
        self._file.change(lambda phones: change(phones.under(authority)))

    def _phones(self) -> Phones:
        authority = self._authority()
        signature = self._file.signature()
        with self._lock:
            if self._known is None or self._known[0] != signature:
                self._known = signature, self._file.read()
            found = self._known[1]
        return found.under(authority) if authority else Phones("")
