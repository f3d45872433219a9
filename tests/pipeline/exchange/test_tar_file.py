"""A tar of plain files: any program reads it, and nothing that is no plain file is read."""

import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.exchange.tar_file import TarBroken, TarWriter, members, pieces


def write(path: Path, files: dict[str, bytes]) -> None:
    with path.open("w+b") as file:
        tar = TarWriter(file)
        for name, content in files.items():
            tar.add(name, [content[:3], content[3:]], mtime_s=7)
        tar.end()


def read(path: Path) -> dict[str, bytes]:
    with path.open("rb") as file:
        return {each.name: b"".join(pieces(file, each)) for each in members(file)}


FILES = {"a": b"", "sound/aa/b.mp4": b"four", "c": bytes(range(256)) * 9, "d": b"x" * 512}


def test_what_is_written_is_read_by_us_and_by_others(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"

    write(path, FILES)

    assert read(path) == FILES
    with tarfile.open(path) as tar:
        others = {each.name: tar.extractfile(each) for each in tar.getmembers()}
        assert {name: file.read() for name, file in others.items() if file} == FILES
        assert {each.mtime for each in tar.getmembers()} == {7}


def test_of_a_file_whose_pieces_fail_nothing_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"

    def failing() -> Iterator[bytes]:
        yield b"half"
        raise OSError(5, "it broke")

    with path.open("w+b") as file:
        tar = TarWriter(file)
        with pytest.raises(OSError, match="it broke"):
            tar.add("a", failing())
        tar.add("b", [b"whole"])
        tar.end()

    assert read(path) == {"b": b"whole"}


def test_a_file_cut_anywhere_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    write(path, FILES)
    whole = path.read_bytes()

    for ends in range(0, len(whole) - 1024, 100):
        path.write_bytes(whole[:ends])
        with pytest.raises(TarBroken, match="cut off"):
            read(path)


def entry(kind: bytes, name: str = "a", *, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def huge(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.size = 1 << 60
    return info


@pytest.mark.parametrize(
    "header",
    [
        lambda: entry(tarfile.SYMTYPE, link="/etc/passwd").tobuf(),
        lambda: entry(tarfile.LNKTYPE, link="archive.db").tobuf(),
        lambda: entry(tarfile.DIRTYPE).tobuf(),
        lambda: entry(tarfile.FIFOTYPE).tobuf(),
        lambda: entry(tarfile.CHRTYPE).tobuf(),
        lambda: entry(tarfile.REGTYPE, "n" * 200).tobuf(tarfile.GNU_FORMAT),
        lambda: entry(tarfile.REGTYPE, "ü").tobuf(tarfile.PAX_FORMAT),
        lambda: huge(entry(tarfile.REGTYPE)).tobuf(tarfile.GNU_FORMAT),
        lambda: huge(entry(tarfile.XHDTYPE)).tobuf(tarfile.GNU_FORMAT),
        lambda: b"no tar at all " * 100,
        lambda: b"\xff" * 1024,
    ],
)
def test_what_is_no_plain_file_is_refused(tmp_path: Path, header: Callable[[], bytes]) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(header() + bytes(2048))

    with pytest.raises(TarBroken):
        read(path)
