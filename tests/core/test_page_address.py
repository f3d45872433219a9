"""Where the page is reached, told by one process and read by others."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.page_address import FILE_NAME, PageAddress, PageAddressFile, read_page_address
from tests.waiting import killed_on_failure

ADDRESS = PageAddress(
    "afterthought-bcdf.local",
    ("https://afterthought-bcdf.local:8766", "https://192.168.1.7:8766"),
    ("Something is wrong. Mend it.",),
)


def test_what_is_told_is_read_and_the_last_counts(tmp_path: Path) -> None:
    file = PageAddressFile(tmp_path)
    file.tell(PageAddress())
    file.tell(ADDRESS)

    assert read_page_address(tmp_path) == ADDRESS
    file.close()


@pytest.mark.parametrize(
    ("urls", "number"),
    [
        (ADDRESS.urls, "https://192.168.1.7:8766"),
        (("https://home.example.com", "https://[fd00::7]"), "https://[fd00::7]"),
        (("https://afterthought-bcdf.local",), ""),
        ((), ""),
    ],
)
def test_for_who_resolves_no_name_it_has_the_number(urls: tuple[str, ...], number: str) -> None:
    assert PageAddress(urls=urls).by_number == number


def test_without_a_dashboard_there_is_none(tmp_path: Path) -> None:
    assert read_page_address(tmp_path) is None

    file = PageAddressFile(tmp_path)
    file.tell(ADDRESS)
    file.close()

    assert (tmp_path / FILE_NAME).exists()
    assert read_page_address(tmp_path) is None


def test_what_a_killed_dashboard_told_counts_no_more(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys, time; from core.page_address import *;"
        "file = PageAddressFile(pathlib.Path(sys.argv[1])); file.tell(PageAddress('x'));"
        "print(flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with killed_on_failure(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        alive = read_page_address(tmp_path)
        process.send_signal(signal.SIGKILL)
        process.wait()

    assert alive == PageAddress("x")
    assert read_page_address(tmp_path) is None


def test_of_two_dashboards_the_first_is_read_and_then_the_other(tmp_path: Path) -> None:
    first, second = PageAddressFile(tmp_path), PageAddressFile(tmp_path)
    first.tell(ADDRESS)
    second.tell(PageAddress("other"))
    beside = read_page_address(tmp_path)
    second.close()
    first.tell(ADDRESS)
    alone = read_page_address(tmp_path)
    second.tell(PageAddress("other"))
    first.close()
    second.tell(PageAddress("other"))

    assert beside == alone == ADDRESS
    assert read_page_address(tmp_path) == PageAddress("other")
    second.close()


def test_what_was_told_is_written_once_and_again_where_it_was_taken_away(tmp_path: Path) -> None:
    file = PageAddressFile(tmp_path)
    file.tell(ADDRESS)
    before = (tmp_path / FILE_NAME).stat()
    file.tell(ADDRESS)
    after = (tmp_path / FILE_NAME).stat()
    (tmp_path / FILE_NAME).unlink()
    file.tell(ADDRESS)

    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert read_page_address(tmp_path) == ADDRESS
    file.close()


@pytest.mark.parametrize("content", ["", "nonsense", "{}", "[]", '{"host": "x", "urls": 7}'])
def test_what_another_version_told_is_none(tmp_path: Path, content: str) -> None:
    file = PageAddressFile(tmp_path)
    file.tell(ADDRESS)
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")  # in the locked file itself

    assert read_page_address(tmp_path) is None
    file.close()


def test_people_are_told_the_name_first_and_the_addresses_beside_it() -> None:
    at, trouble = ADDRESS.sentences

    assert at == (
        "On your network the page is at https://afterthought-bcdf.local:8766 "
        "(also https://192.168.1.7:8766)."
    )
    assert trouble == "Something is wrong. Mend it."
    assert PageAddress().sentences == ()
