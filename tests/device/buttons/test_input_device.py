"""A button behind an input device: its records as the kernel writes them, and a pipe for it."""

import errno
import os
import queue
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.buttons import input_device
from device.buttons.input_device import (
    EV_KEY,
    EV_SYN,
    RECORD,
    SYN_DROPPED,
    InputButton,
    InputUnusable,
    Keys,
)
from device.ports import Edge
from tests.waiting import PATIENCE_S

VOLUME_UP, ENTER = 115, 28
SYN_REPORT = RECORD.pack(0, 0, EV_SYN, 0, 0)


def record(value: int, code: int = VOLUME_UP, at_s: float = 100.25) -> bytes:
    whole = int(at_s)
    return RECORD.pack(whole, round((at_s - whole) * 1e6), EV_KEY, code, value) + SYN_REPORT


def test_a_record_is_24_bytes_where_a_long_has_64_bits() -> None:
    assert RECORD.size == {8: 24, 4: 16}[struct.calcsize("l")]


def test_down_and_up_are_edges_with_the_kernels_own_time() -> None:
    found = list(Keys().edges(record(1, at_s=100.25) + record(0, at_s=100.75)))

    assert found == [Edge(down=True, at_s=100.25), Edge(down=False, at_s=100.75)]


def test_the_repeats_of_a_held_key_tell_nothing() -> None:
    found = list(Keys().edges(record(1) + record(2) * 20 + record(0)))

    assert [each.down for each in found] == [True, False]


def test_a_key_that_the_settings_do_not_name_tells_nothing() -> None:
    found = list(Keys(VOLUME_UP).edges(record(1, ENTER) + record(1) + record(0, ENTER) + record(0)))

    assert [each.down for each in found] == [True, False]


def test_two_keys_at_one_press_are_one_press() -> None:
    raw = record(1) + record(1, ENTER) + record(0) + record(0, ENTER, at_s=101.5)

    assert list(Keys().edges(raw)) == [Edge(down=True, at_s=100.25), Edge(down=False, at_s=101.5)]


def test_a_key_is_known_to_be_down_from_one_read_to_the_next() -> None:
    keys = Keys()

    assert [each.down for each in keys.edges(record(1))] == [True]
    assert list(keys.edges(record(2))) == []
    assert [each.down for each in keys.edges(record(0))] == [False]


def test_where_the_kernel_dropped_records_the_button_counts_as_let_go() -> None:
    dropped = RECORD.pack(102, 0, EV_SYN, SYN_DROPPED, 0)

    found = list(Keys().edges(record(1) + dropped + record(0)))

    assert found == [Edge(down=True, at_s=100.25), Edge(down=False, at_s=102.0)]


class Pipe:
    """A device that comes and goes: each opening reads what the test writes."""

    def __init__(self) -> None:
        self.there = True
        self.writing = -1
        self.opened: queue.Queue[int] = queue.Queue()

    def open(self, path: Path) -> int:
        if not self.there:
            raise FileNotFoundError(path)
        reading, self.writing = os.pipe()
        self.opened.put(self.writing)
        return reading

    def write(self, raw: bytes) -> None:
        os.write(self.opened.get(timeout=PATIENCE_S), raw)

    def go(self) -> None:
        os.close(self.writing)


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipe]:
    monkeypatch.setattr(input_device, "AGAIN_AFTER_S", 0.01)
    pipe = Pipe()
    yield pipe
    if pipe.there:
        pipe.go()


def test_presses_come_and_after_stop_none_and_stopping_twice_is_fine(device: Pipe) -> None:
    edges: queue.Queue[Edge] = queue.Queue()
    button = InputButton(Path("event0"), open_device=device.open)
    button.start(edges.put)

    device.write(record(1) + record(0))
    found = [edges.get(timeout=PATIENCE_S).down for _ in range(2)]
    button.stop()
    button.stop()

    assert found == [True, False]


def test_it_may_be_started_again_after_a_stop(device: Pipe) -> None:
    edges: queue.Queue[Edge] = queue.Queue()
    button = InputButton(Path("event0"), open_device=device.open)
    for _ in range(2):
        button.start(edges.put)
        device.write(record(1) + record(0))
        assert [edges.get(timeout=PATIENCE_S).down for _ in range(2)] == [True, False]
        button.stop()
        device.go()
    device.there = False


def test_a_device_that_sleeps_and_comes_back_is_read_again(device: Pipe) -> None:
    edges: queue.Queue[Edge] = queue.Queue()
    button = InputButton(Path("event0"), open_device=device.open)
    button.start(edges.put)

    device.write(record(1))
    assert edges.get(timeout=PATIENCE_S).down
    before_s = time.monotonic()
    device.go()
    let_go = edges.get(timeout=PATIENCE_S)
    device.write(record(1, at_s=200.5))
    again = edges.get(timeout=PATIENCE_S)
    button.stop()

    assert not let_go.down
    assert let_go.at_s >= before_s
    assert again == Edge(down=True, at_s=200.5)


def test_a_device_that_is_not_there_yet_is_waited_for(device: Pipe) -> None:
    edges: queue.Queue[Edge] = queue.Queue()
    device.there = False
    button = InputButton(Path("event0"), open_device=device.open)
    button.start(edges.put)

    device.there = True
    device.write(record(1))

    assert edges.get(timeout=PATIENCE_S).down
    button.stop()


def test_a_device_that_may_not_be_read_is_a_sentence_with_the_next_step() -> None:
    def forbidden(path: Path) -> int:
        raise PermissionError(path)

    with pytest.raises(InputUnusable, match=r"/dev/input/event3 .*usermod -aG input"):
        InputButton(Path("/dev/input/event3"), open_device=forbidden).start(lambda _: None)


def test_what_is_no_input_device_is_closed_again_and_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "event0"
    path.touch()

    with pytest.raises(OSError) as told:  # noqa: PT011 - by its number
        input_device._open(path)

    # The kernel says that the file has no such request; qemu, which stands for a Pi's processor in
    # deploy/arm64_machine.sh, that it knows none.
    assert told.value.errno in {errno.ENOTTY, errno.ENOSYS}
    still_open = {each.resolve() for each in Path("/proc/self/fd").iterdir()}
    assert path.resolve() not in still_open
