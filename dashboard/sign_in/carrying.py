"""The certificate of this device's authority, as a file that is carried to a phone."""

import contextlib
import os
from pathlib import Path

from core.command_line import Screen
from core.errors import UserError
from core.files import read_small
from dashboard.certificates.places import CertificatePlaces, fingerprint_of

STANDARD_OUTPUT = "-"


class NoAuthority(UserError):
    """There is no certificate yet, or none that can be read."""

    code = "no_authority"


class NotWritten(UserError):
    """The file cannot be written, or is another one already."""

    code = "not_written"


def in_pairs(fingerprint: str) -> str:
    """A fingerprint as phones show it: `5F:1C:9A`, and so on."""
    pairs = (fingerprint[at : at + 2] for at in range(0, len(fingerprint), 2))
    return ":".join(pairs).upper()


def hand_over(places: CertificatePlaces, to: str, screen: Screen) -> None:
    """Write the certificate to this file, or print it, and say its fingerprint."""
    pem, fingerprint = _read(places)
    is_printed = to == STANDARD_OUTPUT
    if not is_printed:
        _write(Path(to), pem)
    text = pem.decode("ascii")
    told = {
        "file": None if is_printed else to,
        "fingerprint": fingerprint,
        "shown": in_pairs(fingerprint),
        "certificate": text,
    }
    said = (
        f"SHA-256 of the authority: {in_pairs(fingerprint)}\n"
        "Compare it with what the phone shows before you trust it there."
    )
    if is_printed:
        screen.value(told, text.rstrip())
        screen.say(said)
    else:
        screen.value(told, f"Written to {to}.\n{said}")


def _read(places: CertificatePlaces) -> tuple[bytes, str]:
    try:
        pem = places.authority()
        if pem is not None:
            return pem, fingerprint_of(pem)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is damaged"
        sentence = f"The certificate of this device's authority cannot be read ({why})."
        raise NoAuthority(sentence, advice=f"Look at that file: {places.root}.") from error
    raise NoAuthority(
        "This device has no authority yet.",
        advice="Start the page once on a network, which makes one: `afterthought run`.",
    )


def _write(file: Path, pem: bytes) -> None:
    """Durable on return, for it may lie on a stick; what is there already is left alone."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC)
    except FileExistsError as error:
        if _is_same(file, pem):
            return
        sentence = f"There is something else already: {file}."
        raise NotWritten(sentence, advice="Name another file.") from error
    except OSError as error:
        raise _not_written(file, error) from error
    try:
        with os.fdopen(descriptor, "wb") as opened:
            with contextlib.suppress(OSError):  # a stick may know nothing of users
                os.fchmod(descriptor, 0o644)
            opened.write(pem)
            opened.flush()
            os.fsync(descriptor)
    except OSError as error:
        file.unlink(missing_ok=True)
        raise _not_written(file, error) from error


def _is_same(file: Path, pem: bytes) -> bool:
    try:
        return read_small(file) == pem
    except OSError:
        return False


def _not_written(file: Path, error: OSError) -> NotWritten:
    return NotWritten(
        f"It cannot be written to {file} ({error.strerror}).",
        advice="Name another file, or have it printed: `pair --authority - > FILE`.",
    )
