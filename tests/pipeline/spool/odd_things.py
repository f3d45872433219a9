"""Odd things that may lie where a file is expected, each made under a name."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

Maker = Callable[[Path], None]


def folder(path: Path) -> None:
    path.mkdir()
    (path / "something").write_bytes(b"in it")


def socket_file(path: Path) -> None:
    """Bound from within its folder, by a short name: an address is at most 107 bytes long."""
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("socket")
            Path("socket").rename(path)
    finally:
        os.chdir(here)


def loop(path: Path) -> None:
    path.symlink_to(path)


def link_to_nothing(path: Path) -> None:
    path.symlink_to("nothing-here")


def link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def link_to_a_folder(path: Path) -> None:
    path.symlink_to("..")


NO_FILES: dict[str, Maker] = {
    "folder": folder,
    "pipe": os.mkfifo,
    "socket": socket_file,
    "loop": loop,
    "link to nothing": link_to_nothing,
    "link to a device": link_to_a_device,
    "link to a folder": link_to_a_folder,
}
"""What is no file, by kind."""
