"""Who is signed in: the phones of the file, as every request asks for them."""

import threading
from collections.abc import Callable

from core.clock import Clock
from core.errors import UserError
from core.files import Seen
from core.log import get_log
from dashboard.sentences import say

from .phone_file import PhoneFile, PhonesUnreadable
from .phones import Phone, Phones, hash_of, new_id

VISIT_EVERY_S = 3600.0
"""How often a visit is written down: nobody asks more exactly, and a card wears out."""

WRITE_AGAIN_S = 60.0
"""How often a revocation is tried again that the disk refused."""

Authority = Callable[[], str]
"""What tells the certificate authority of this device from others; empty where there is none."""


class AuthorityUnknown(UserError):
    """This device cannot tell its own certificate now, so it cannot tell whose phones those are."""

    code = "authority_unknown"


class NotForGood(UserError):
    """A phone is revoked, and that could not be written down."""

    code = "not_for_good"


class SignIns:
    """The phones that are let in. Any thread may ask.

    What another process writes is seen at the next question. Under another authority nobody is
    signed in; where there is none, nobody is listed, and whoever brings or changes a sign-in gets
    AuthorityUnknown. All of it raises PhonesUnreadable.
    """

    def __init__(self, file: PhoneFile, authority: Authority, clock: Clock) -> None:
        self._file = file
        self._authority = authority
        self._clock = clock
        self._lock = threading.Lock()
        self._known: tuple[Seen | None, Phones] | None = None
        self._visits: dict[str, tuple[float, int | None]] = {}
        self._met: set[str] = set()
        self._revoked: set[str] = set()
        self._written_s = float("-inf")
        self.on_revoked: list[Callable[[str], None]] = []

    def phone_of(self, token: str | None) -> Phone | None:
        """The phone that brings this token; anything else costs one hash, or none."""
        token_hash = None if token is None else hash_of(token)
        if token_hash is None:
            return None
        self._known_authority()
        phone = self._phones().by_token(token_hash)
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
        self._write_revoked()

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
            self._note(lambda phones: phones.changed(phone.id, visited_ms=at_ms))
        return is_due

    def admit(self, token_hash: str, name: str, opener: str = "") -> Phone:
        """A phone that signs in by this token from now on. Durable on return; raises OSError.

        NotFound where another phone was to open the way for it and is let in no more.
        """
        now_ms = self._clock.now_ms()
        phone = Phone(new_id(), name, token_hash, paired_ms=now_ms, visited_ms=now_ms)

        def admitted(phones: Phones) -> Phones:
            if opener:
                phones.by_id(opener)
            return phones.admitted(phone)

        self._change(admitted)
        return phone

    def revoke(self, named: str) -> Phone:
        """The phone that has no way in any more. Raises NotFound.

        It is out at once; NotForGood where the disk refuses, and a restart would let it in again.
        """
        gone = self._phones().by_id(named)
        self._revoked.add(gone.id)
        self._tell_of(gone.id)
        try:
            self._change(_as_it_is)
        except OSError as error:
            get_log().error("revoked_and_not_written", reason=error.strerror)
            sentence = say("phones.not_for_good", phone=gone.name, why=error.strerror or "")
            raise NotForGood(sentence, advice=say("phones.not_for_good_advice")) from error
        return gone

    def note_seen(self, phone: Phone) -> None:
        """It has been shown all phones that were let in."""
        if phone.unseen:
            self._note(lambda phones: phones.changed(phone.id, unseen=()))

    def note_knows_authority(self, phone: Phone) -> None:
        """It has seen how it could trust the authority, and is not offered that any more."""
        if not phone.knows_authority:
            self._note(lambda phones: phones.changed(phone.id, knows_authority=True))

    def _tell_of(self, gone: str) -> None:
        for tell in self.on_revoked:
            tell(gone)

    def _note(self, change: Callable[[Phones], Phones]) -> None:
        """Write down what can be told again: a full disk keeps nobody out."""
        try:
            self._change(change)
        except OSError as error:
            get_log().warning("not_noted_of_phone", reason=error.strerror)

    def _write_revoked(self) -> None:
        """Try again, now and then, to write down who was revoked while the disk refused."""
        now_s = self._clock.monotonic_s()
        if now_s - self._written_s < WRITE_AGAIN_S or not self._revoked:
            return
        self._written_s = now_s
        try:
            if any(phone.id in self._revoked for phone in self._read().phones):
                self._change(_as_it_is)
        except (OSError, UserError) as error:
            get_log().warning("revoked_and_not_written", fault=type(error).__name__)

    def _change(self, change: Callable[[Phones], Phones]) -> None:
        """Write this change, and with it that nobody is let in who is revoked. Raises OSError."""
        authority = self._known_authority()
        self._file.change(lambda phones: change(self._left(phones.under(authority))))

    def _known_authority(self) -> str:
        """The authority of now. Without one, a list would be taken for another device's."""
        authority = self._authority()
        if not authority:
            sentence = say("phones.no_authority")
            raise AuthorityUnknown(sentence, advice=say("phones.no_authority_advice"))
        return authority

    def _phones(self) -> Phones:
        authority = self._authority()
        found = self._read()
        return self._left(found.under(authority)) if authority else Phones("")

    def _left(self, phones: Phones) -> Phones:
        """Those who are not revoked, whatever the disk says."""
        for phone in phones.phones:
            if phone.id in self._revoked:
                phones = phones.revoked(phone.id)
        return phones

    def _read(self) -> Phones:
        seen = self._file.seen()
        with self._lock:
            if self._known is None or self._known[0] != seen:
                self._known = seen, self._file.read()
            return self._known[1]


def _as_it_is(phones: Phones) -> Phones:
    """No change but what every change brings."""
    return phones
