import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.sockets.socket_client import Declined
from device.capture import control_socket
from device.capture.control_socket import (
    LONGEST_REQUEST,
    MOST_LINES,
    Answer,
    CaptureGone,
    Control,
    ask,
)
from device.capture.events import Kept, LevelMeasured, StateChanged, Taken
from tests.waiting import PATIENCE_S, waited


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "capture.sock"


@pytest.fixture
def control(path: Path) -> Iterator[Control]:
    made = Control(path, serve)
    made.start()
    yield made
    made.stop()


def serve(asked: dict[str, Any], answer: Answer) -> None:
    if asked["do"] == "press":
        answer({"outcome": "taken", "keep": "a-1", "revision": 0})
    else:
        answer({"error": "wrong_usage", "sentence": "No.", "advice": "Ask otherwise."})


def test_a_press_is_answered(control: Control, path: Path) -> None:
    assert control is not None

    assert ask(path, {"do": "press"})["outcome"] == "taken"


def test_an_error_comes_back_with_its_sentence(control: Control, path: Path) -> None:
    assert control is not None

    with pytest.raises(Declined, match="Ask otherwise"):
        ask(path, {"do": "dance"})


@pytest.mark.parametrize("line", [b"{", b"[]", b"{}", b'{"do": 7}', b"\xff\xfe"])
def test_what_is_no_request_is_answered_and_the_line_lives_on(
    control: Control, path: Path, line: bytes
) -> None:
    assert control is not None
    with socket.socket(socket.AF_UNIX) as ours:
        ours.connect(str(path))
        ours.sendall(line + b'\n{"do": "press"}\n')
        with ours.makefile() as answers:
            assert json.loads(answers.readline())["error"] == "wrong_usage"
            assert json.loads(answers.readline())["outcome"] == "taken"


def test_without_capture_the_next_step_is_told(path: Path) -> None:
    with pytest.raises(CaptureGone, match="afterthought capture"):
        ask(path, {"do": "press"})


def test_who_subscribes_hears_every_event(control: Control, path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as ours, ours.makefile() as events:
        ours.connect(str(path))
        ours.sendall(b'{"do": "subscribe"}\n')
        assert json.loads(events.readline()) == {"ok": True}

        control.publish(Taken("stream-1", 0))
        control.publish(Kept("stream-1", 0, 1.5))

        assert [json.loads(events.readline())["event"] for _ in range(2)] == ["taken", "kept"]


def test_who_wants_no_levels_hears_none_and_keeps_nobody_from_relaxing(
    control: Control, path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as ours, ours.makefile() as heard:
        ours.connect(str(path))
        ours.sendall(b'{"do": "subscribe", "levels": false}\n')
        heard.readline()
        waited(lambda: control._listeners)

        assert not control.has_listeners
        control.publish(LevelMeasured(-30.0, speaking=True, ring_s=3.0))
        control.publish(Taken("a-1", 0))

        assert json.loads(heard.readline())["event"] == "taken"


def test_who_subscribes_and_does_not_read_delays_nobody(control: Control, path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as ours, ours.makefile() as events:
        ours.connect(str(path))
        ours.sendall(b'{"do": "subscribe"}\n')
        events.readline()
        telling = threading.Thread(target=_tell_much, args=(control,))
        telling.start()
        telling.join(PATIENCE_S)

        assert not telling.is_alive()


def test_the_socket_is_for_its_owner_alone_and_goes_with_its_server(path: Path) -> None:
    control = Control(path, serve)
    control.start()
    assert path.stat().st_mode & 0o777 == 0o600

    control.stop()
    control.stop()

    assert not path.exists()


def _tell_much(control: Control) -> None:
    for _ in range(5000):
        control.publish(StateChanged("listening", "x" * 999))


def connected(path: Path) -> socket.socket:
    ours = socket.socket(socket.AF_UNIX)
    ours.connect(str(path))
    ours.settimeout(PATIENCE_S)
    return ours


def test_a_request_without_an_end_is_answered_and_closed(control: Control, path: Path) -> None:
    assert control is not None
    with connected(path) as ours, ours.makefile("rb") as answers:
        ours.sendall(b'{"do": "' + b"x" * LONGEST_REQUEST)

        assert "too long" in json.loads(answers.readline())["sentence"]
        with contextlib.suppress(ConnectionError):
            assert answers.read() == b""


def test_json_of_any_depth_is_answered(control: Control, path: Path) -> None:
    assert control is not None
    with connected(path) as ours, ours.makefile("rb") as answers:
        for deep in (
            b"[" * 50_000,
            b'{"do":' * 9_000,
            b'{"do": "press", "by": %s1}' % (b"[" * 9999),
        ):
            ours.sendall(deep + b"\n")

            assert json.loads(answers.readline())["error"] == "wrong_usage"


def test_a_line_on_which_nothing_is_asked_is_closed(
    control: Control, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_socket, "SILENT_S", 0.05)

    with connected(path) as ours:
        assert ours.recv(10) == b""
    assert ask(path, {"do": "press"})["outcome"] == "taken"


def test_only_so_many_lines_are_held_and_one_that_ends_makes_room(
    control: Control, path: Path
) -> None:
    assert control is not None
    with contextlib.ExitStack() as held:
        lines = [held.enter_context(connected(path)) for _ in range(MOST_LINES)]
        lines[-1].sendall(b'{"do": "press"}\n')
        assert lines[-1].recv(1000)

        with pytest.raises(Declined, match="Too many"):
            ask(path, {"do": "press"})

    waited(lambda: can_press(path))


def test_a_subscriber_that_hangs_up_is_let_go_though_nothing_is_told(
    control: Control, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_socket, "LOOK_EVERY_S", 0.02)
    with connected(path) as ours:
        ours.sendall(b'{"do": "subscribe"}\n')
        assert ours.recv(1000)
        assert control.has_listeners

    waited(lambda: not control.has_listeners)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can ask as another user")
def test_another_user_is_turned_away_though_the_folder_would_let_them_in(
    control: Control, path: Path
) -> None:
    assert control is not None
    path.chmod(0o666)
    path.parent.chmod(0o755)

    done = subprocess.run(
        [sys.executable, "-c", AS_ANOTHER, str(path)], capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout)["error"] == "not_permitted"


AS_ANOTHER = """
import os, socket, sys
line = socket.socket(socket.AF_UNIX)
os.chdir(os.path.dirname(sys.argv[1]))
os.setgid(65534); os.setuid(65534)
line.connect(os.path.basename(sys.argv[1]))
try:
    line.sendall(b'{"do": "press"}\\n')
except BrokenPipeError:
    pass  # it was turned away before it asked; why, it can read
print(line.makefile().readline())
"""


def can_press(path: Path) -> bool:
    try:
        return bool(ask(path, {"do": "press"})["outcome"] == "taken")
    except Declined:
        return False
