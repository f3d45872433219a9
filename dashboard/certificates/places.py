"""Where the certificates of an install lie: what the server reads of them, without their makers."""

import hashlib
import json
import ssl
from dataclasses import dataclass
from pathlib import Path

from core.files import read_small


@dataclass(frozen=True, slots=True)
class Device:
    """The device's own name, like `afterthought-bcdf.local`, and the machine that it is given to.

    The machine is known by a salted hash: a cloned card tells nobody where it came from.
    """

    host: str
    salt: bytes
    machine_hash: bytes

    def is_on(self, machine: bytes) -> bool:
        """False on another machine, as with a card that was cloned."""
        return _hash_of(self.salt, machine) == self.machine_hash

    def as_json(self) -> bytes:
        told = {
            "host": self.host,
            "salt": self.salt.hex(),
            "machine": self.machine_hash.hex(),
        }
        return json.dumps(told).encode()


def device_on(machine: bytes, host: str, salt: bytes) -> Device:
    return Device(host, salt, _hash_of(salt, machine))


@dataclass(frozen=True, slots=True)
class CertificatePlaces:
    """The names of the files that everybody may read who serves the page."""

    path: Path

    @property
    def root(self) -> Path:
        """What a phone is asked to trust."""
        return self.path / "root.pem"

    @property
    def name_leaf(self) -> Path:
        """For who comes by the name."""
        return self.path / "name.pem"

    @property
    def address_leaf(self) -> Path:
        """For who comes by an address."""
        return self.path / "addresses.pem"

    @property
    def device_file(self) -> Path:
        """The device's own name, and for which machine all of this was made; written last."""
        return self.path / "device.json"

    def device(self) -> Device | None:
        """For whom all of this was made; None before there is anything.

        Raises OSError, and ValueError where the file is not what was written.
        """
        try:
            told = json.loads(read_small(self.device_file))
            salt, machine_hash = bytes.fromhex(told["salt"]), bytes.fromhex(told["machine"])
            return Device(str(told["host"]), salt, machine_hash)
        except FileNotFoundError:
            return None
        except (KeyError, TypeError) as error:
            raise ValueError from error

    def authority(self) -> bytes | None:
        """The certificate that a phone is asked to trust, as PEM; None before there is one.

        Raises OSError.
        """
        try:
            return read_small(self.root)
        except FileNotFoundError:
            return None


def _hash_of(salt: bytes, machine: bytes) -> bytes:
    return hashlib.sha256(salt + machine).digest()


def fingerprint_of(pem: bytes) -> str:
    """The SHA-256 of a certificate, in hex. Raises ValueError where this is none."""
    return hashlib.sha256(der_of(pem)).hexdigest()


def der_of(pem: bytes) -> bytes:
    """The first certificate of this text, as bytes. Raises ValueError where there is none."""
    _, begin, rest = pem.decode("ascii").partition(ssl.PEM_HEADER)
    certificate, end, _ = rest.partition(ssl.PEM_FOOTER)
    return ssl.PEM_cert_to_DER_cert(begin + certificate + end)
