import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.socket_client import Declined
from device.capture.control_socket import Answer, CaptureGone, Control, ask
from device.capture.events import Kept, StateChanged, Taken


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


def test_who_subscribes_and_does_not_read_delays_nobody(control: Control, path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as ours, ours.makefile() as events:
        ours.connect(str(path))
        ours.sendall(b'{"do": "subscribe"}\n')
        events.readline()
        telling = threading.Thread(target=_tell_much, args=(control,))
        telling.start()
        telling.join(timeout=30)

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
