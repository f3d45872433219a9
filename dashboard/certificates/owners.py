"""A certificate of the owner's own: where it lies, and what of it the server must know."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
"""A name that can stand in an address. One with a `*` cannot."""


@dataclass(frozen=True, slots=True)
class OwnersFiles:
    """Both may be one file."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class OwnersCertificate:
    """The hosts that it names, in its order and in lower case, and when it ends."""

    names: tuple[str, ...]
    until: datetime


def read_certificate(pem: bytes) -> OwnersCertificate:
    """The first certificate of this text. Raises ValueError where there is none."""
    # 9 MB (x86) that a page without such a certificate does not need.
    from cryptography import x509  # noqa: PLC0415

    certificate = x509.load_pem_x509_certificate(pem)
    try:
        named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found = named.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        found = []
    except (x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise ValueError from error
    names = [each for each in map(str.lower, found) if _HOST.fullmatch(each)]
    return OwnersCertificate(tuple(dict.fromkeys(names)), certificate.not_valid_after_utc)
