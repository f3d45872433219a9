"""The file by which the server asks for certificates: the addresses at which it answers."""

import json
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

from core.errors import UserError
from core.files import read_small
from core.network.local_addresses import Address

FILE_NAME = "addresses"


class AskedUnreadable(UserError):
    """The file is not what the server writes."""

    code = "asked_unreadable"


def write_asked(file: Path, addresses: Iterable[Address]) -> None:
    """Ask for a certificate for these addresses; the file is there whole or as it was."""
    part = file.with_name(f"{file.name}.part")
    part.write_text(json.dumps([str(each) for each in addresses]), encoding="ascii")
    part.replace(file)


def read_asked(file: Path) -> list[Address]:
    """The addresses of the file. Raises AskedUnreadable."""
    try:
        return [ip_address(each) for each in json.loads(read_small(file))]
    except (OSError, ValueError, TypeError) as error:
        sentence = f"It cannot be read for which addresses certificates are wanted: {file}."
        raise AskedUnreadable(sentence, advice="Start the page again: it writes it.") from error
