"""The owner's own certificate in use: for who comes by a name that it has."""

import os
import pwd
import ssl
import stat
from pathlib import Path

from core.clock import Clock
from core.files import Seen, read_small, seen
from dashboard.certificates.owners import OwnersCertificate, OwnersFiles, read_certificate
from dashboard.reach.tls import server_context

_MEANWHILE = "Until then the page goes on with the certificates that it has."


class OwnersLeaf:
    """The certificate in the owner's files. Its methods are the loop's thread's.

    What cannot be used changes nothing: the one before it stays in use, or else the device's own.
    """

    def __init__(self, files: OwnersFiles | None, clock: Clock) -> None:
        self._files, self._clock = files, clock
        self._seen: tuple[Seen | None, ...] = ()
        self._context: ssl.SSLContext | None = None
        self._read: OwnersCertificate | None = None
        self._fault = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The hosts that it names, also once it has ended: phones that know them still come."""
        return () if self._read is None else self._read.names

    @property
    def context(self) -> ssl.SSLContext | None:
        """For a new connection by one of its names; None where there is none that is good."""
        return None if self._has_ended() else self._context

    @property
    def trouble(self) -> str:
        """What is wrong with the newest one, with the next step; empty where nothing is."""
        if self._fault or self._read is None or self._files is None or not self._has_ended():
            return self._fault
        return (
            f"Your certificate in {self._files.certificate} ended on "
            f"{self._read.until:%Y-%m-%d}. Renew it; it is read anew by itself. {_MEANWHILE}"
        )

    def look(self) -> None:
        """Take what is new in the files."""
        if self._files is None:
            return
        try:
            now = seen(self._files.certificate), seen(self._files.key)
        except OSError as error:  # in a folder that is shut to us
            self._seen, self._fault = (), _unreadable(error)
            return
        if now == self._seen:
            return
        self._seen, self._fault = now, ""
        try:
            self._load(self._files)
        except FileNotFoundError as error:
            self._context = self._read = None
            self._fault = _missing(Path(str(error.filename)))

    def _load(self, files: OwnersFiles) -> None:
        """Raises FileNotFoundError."""
        try:
            certificate, key = read_small(files.certificate), read_small(files.key)
            is_open = bool(files.key.stat().st_mode & stat.S_IROTH)
        except FileNotFoundError:
            raise
        except OSError as error:
            self._fault = _unreadable(error)
            return
        try:
            read = read_certificate(certificate)
            made = server_context()
            made.load_cert_chain(files.certificate, files.key, password=lambda: b"")
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            self._fault = _unusable(files, key, error)
            return
        if not read.names:
            self._fault = _nameless(files)
            return
        self._context, self._read = made, read
        if is_open:
            self._fault = _open_to_all(files)

    def _has_ended(self) -> bool:
        """False while the clock is not set: nobody can say so then."""
        now_ms = self._clock.now_ms()
        if self._read is None or now_ms is None:
            return False
        return now_ms >= self._read.until.timestamp() * 1000


def _missing(file: Path) -> str:
    return (
        f"Your certificate or its key is not there: {file}. Put it there, or take "
        "dashboard.certificate out of the settings and start the page again. "
        "Until then it goes on with this device's own certificates."
    )


def _unreadable(error: OSError) -> str:
    return (
        f"Your certificate or its key cannot be read ({error.strerror}): {error.filename}. "
        f"Let the user {_own_name()} read it, and nobody else. {_MEANWHILE}"
    )


def _open_to_all(files: OwnersFiles) -> str:
    return (
        f"Everybody on this machine may read the key of your certificate: {files.key}. "
        f"Let the user {_own_name()} read it alone: chmod o= {files.key}. It is in use meanwhile."
    )


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _nameless(files: OwnersFiles) -> str:
    return (
        f"Your certificate in {files.certificate} has no name that a phone could open; one "
        f"with a * is none. Have one made for this device's whole name. {_MEANWHILE}"
    )


def _unusable(files: OwnersFiles, key: bytes, error: Exception) -> str:
    reason = getattr(error, "reason", None)
    if b"ENCRYPTED" in key:
        what = f"The key in {files.key} has a passphrase, which nobody could type"
        step = f"Write it without one: openssl pkey -in {files.key} -out NEW-FILE."
    elif reason == "KEY_VALUES_MISMATCH":
        what = f"The key in {files.key} does not fit your certificate in {files.certificate}"
        step = "Put both there as they were made; the chain comes after the certificate."
    else:
        what = f"There is no certificate with its key in {files.certificate} and {files.key}"
        step = f"Both must be PEM, as made by your authority ({reason or 'not PEM'})."
    return f"{what}. {step} {_MEANWHILE}"
