"""Whatever lies where capture keeps its own things, it starts and listens."""

from pathlib import Path

import pytest

from core.paths import Home
from device import daemon
from device.capture.control_socket import Control
from tests.pipeline.spool.odd_things import NO_FILES, Maker

no_files = pytest.mark.parametrize("make", list(NO_FILES.values()), ids=list(NO_FILES))


@no_files
def test_what_is_no_lock_is_moved_out_of_the_way(home: Path, make: Maker) -> None:
    (home / "spool").mkdir()
    make(home / "spool" / "capture.lock")

    with daemon._only_capture(Home(home)):
        assert (home / "spool" / "capture.lock").is_file()


@pytest.mark.parametrize("make", [Path.touch, NO_FILES["pipe"], NO_FILES["loop"]])
def test_what_is_no_spool_is_moved_out_of_the_way(home: Path, make: Maker) -> None:
    make(home / "spool")

    with daemon._only_capture(Home(home)):
        assert (home / "spool").is_dir()


@no_files
def test_what_lies_where_the_socket_should_be_stops_nothing(home: Path, make: Maker) -> None:
    path = Home(home).capture_socket
    make(path)
    control = Control(path, lambda _asked, answer: answer({}))

    control.start()

    assert path.is_socket()
    control.stop()
