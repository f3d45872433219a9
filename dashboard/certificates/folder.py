"""Where the certificates of an install lie, and how they are made and renewed.

Only what runs `renew` reads the key in `authority/`: a process of its own that ends at once. The
server reads `name.pem` and `addresses.pem`, each a key with its chain, replaced as one, and
`device.json`.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core.access.private import for_us_alone, make_private
from core.errors import UserError
from core.files import read_small, write_durably
from core.network.local_addresses import Address
from dashboard.certificates.authority import Authority, make_authority
from dashboard.certificates.leaves import (
    Leaf,
    addresses_of_device,
    is_due,
    make_leaf,
    name_of_device,
    pem_of,
)
from dashboard.certificates.places import CertificatePlaces, device_on

_LETTERS = "bcdfghjkmnpqrstvwxz"
"""No vowel, so that no word comes of them, and no `l` or `y` that is read as another."""

_PEM = serialization.Encoding.PEM


class AuthorityUnusable(UserError):
    """The files of the authority are there, and are not what was written."""

    code = "authority_unusable"


@dataclass(frozen=True, slots=True)
class Renewed:
    """What `renew` did. `leaves` are the files that are new."""

    host: str
    is_new_authority: bool
    leaves: tuple[Path, ...]


class CertificateFolder(CertificatePlaces):
    """The places, with those of the authority, and what is made there."""

    @property
    def _intermediate(self) -> Path:
        return self.path / "intermediate.pem"

    @property
    def _authority_key(self) -> Path:
        return self.path / "authority" / "key.pem"

    def renew(self, machine: bytes, addresses: Iterable[Address], now: datetime) -> Renewed:
        """Make what is missing, and anew what is due; everything on another machine.

        `machine` tells this machine from others. Durable on return, and repeatable after a kill.
        Raises AuthorityUnusable, and OSError.
        """
        make_private(self._authority_key.parent)
        found = self._read(machine)
        authority, host = found or self._begin(machine)
        wanted = (
            (self.name_leaf, name_of_device(host)),
            (self.address_leaf, addresses_of_device(addresses)),
        )
        renewed = [path for path, names in wanted if self._renew_leaf(authority, path, names, now)]
        return Renewed(host, found is None, tuple(renewed))

    def _renew_leaf(
        self, authority: Authority, path: Path, names: Sequence[x509.GeneralName], now: datetime
    ) -> bool:
        """True where it was made. Without a name there is none: nobody could come by it."""
        if not names:
            path.unlink(missing_ok=True)
            return False
        leaf = _read_leaf(path)
        if leaf is not None and not is_due(leaf, names, now):
            return False
        made = make_leaf(authority, names, now)
        write_durably(path, [made.key, made.chain])
        return True

    def _read(self, machine: bytes) -> tuple[Authority, str] | None:
        """The authority and the device's name; None where there is none for this machine."""
        try:
            device = self.device()
        except ValueError as error:
            raise _unusable(self.device_file) from error
        if device is None or not device.is_on(machine):
            return None
        try:
            key = serialization.load_pem_private_key(read_small(self._authority_key), None)
            root, intermediate = (
                x509.load_pem_x509_certificate(read_small(each))
                for each in (self.root, self._intermediate)
            )
        except (FileNotFoundError, ValueError) as error:
            raise _unusable(self.path) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not _fits(key, intermediate):
            raise _unusable(self._authority_key)
        return Authority(root, intermediate, key), device.host

    def _begin(self, machine: bytes) -> tuple[Authority, str]:
        """Another name and another authority; whatever an earlier one signed is gone first."""
        for leaf in (self.name_leaf, self.address_leaf):
            leaf.unlink(missing_ok=True)
        name = f"afterthought-{''.join(secrets.choice(_LETTERS) for _ in range(4))}"
        authority = make_authority(name)
        device = device_on(machine, f"{name}.local", secrets.token_bytes(16))
        with for_us_alone():
            write_durably(self._authority_key, [pem_of(authority.key)])
        write_durably(self._intermediate, [authority.intermediate.public_bytes(_PEM)])
        write_durably(self.root, [authority.root.public_bytes(_PEM)])
        write_durably(self.device_file, [device.as_json()])
        return authority, device.host


def _read_leaf(path: Path) -> Leaf | None:
    """The leaf in this file; None where there is none, or it is broken: it is made anew then."""
    try:
        content = read_small(path)
        leaf = Leaf(content[content.index(b"-----BEGIN CERT") :], content)
        key = serialization.load_pem_private_key(leaf.key, None)
        is_whole = isinstance(key, ec.EllipticCurvePrivateKey) and _fits(key, leaf.certificate)
    except (FileNotFoundError, ValueError):
        return None
    return leaf if is_whole else None


def _fits(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bool:
    return key.public_key() == certificate.public_key()


def _unusable(path: Path) -> AuthorityUnusable:
    sentence = f"The certificates of this device cannot be read: {path}."
    advice = "Remove that folder; new ones are made, and phones are let in once more."
    return AuthorityUnusable(sentence, advice=advice)
