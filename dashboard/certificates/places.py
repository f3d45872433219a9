"""Where the certificates of an install lie: what the server reads of them, without their makers."""

from dataclasses import dataclass
from pathlib import Path

from core.files import read_small


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
    def host_file(self) -> Path:
        """The device's own name."""
        return self.path / "host"

    def host(self) -> str | None:
        """The device's own name, like `afterthought-bcdf.local`; None before there is one."""
        try:
            return read_small(self.host_file).decode("ascii", "replace").strip() or None
        except OSError:
            return None
