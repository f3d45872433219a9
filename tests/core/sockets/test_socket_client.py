"""A line to another process, and everything that can be at its other end."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from core.sockets.socket_client import Declined, NobodyThere, ask, events
from tests.waiting import PATIENCE_S

Answering = Callable[[bytes], Path]


@pytest.fixture
def answering(tmp_path: Path) -> Answering:
    """Somebody at a socket who says one thing, whatever is asked, and hangs up."""

    def answer(said: bytes) -> Path:
        path = tmp_path / "a.sock"
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(path))
        server.listen()

        def serve() -> None:
            with server, server.accept()[0] as caller:
                caller.recv(1000)
                caller.sendall(said)

        threading.Thread(target=serve, daemon=True).start()
        return path

    return answer


def test_an_answer_comes_back(answering: Answering) -> None:
    assert ask(answering(b'{"ok": true}\n'), {"do": "wake"}, patience_s=PATIENCE_S) == {"ok": True}


def test_what_is_declined_comes_back_with_its_own_sentence(answering: Answering) -> None:
    path = answering(b'{"error": "busy", "sentence": "Not now.", "advice": "Later."}\n')

    with pytest.raises(Declined, match=r"Not now\. Later\."):
        ask(path, {"do": "wake"}, patience_s=PATIENCE_S)


@pytest.mark.parametrize("said", [b"", b'{"ok": tr', b"nonsense\n", b"[1]\n", b"\xff\n"])
def test_who_hangs_up_or_talks_nonsense_is_nobody(answering: Answering, said: bytes) -> None:
    with pytest.raises(NobodyThere):
        ask(answering(said), {"do": "wake"}, patience_s=PATIENCE_S)


def test_who_does_not_answer_in_time_is_nobody(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "a.sock"))
        server.listen()

        with pytest.raises(NobodyThere):
            ask(tmp_path / "a.sock", {"do": "wake"}, patience_s=0.05)


def test_without_a_socket_there_is_nobody(tmp_path: Path) -> None:
    with pytest.raises(NobodyThere):
        ask(tmp_path / "a.sock", {"do": "wake"}, patience_s=PATIENCE_S)


async def test_events_come_one_by_one_until_the_other_side_is_gone(answering: Answering) -> None:
    path = answering(b'{"ok": true}\n{"event": "kept"}\n{"event": "closed"}\n')
    told = events(path)

    heard = [(await anext(told))["event"] for _ in range(3)]

    assert heard == ["subscribed", "kept", "closed"]
    with pytest.raises(NobodyThere):
        await anext(told)


async def test_who_declines_a_subscription_says_so(answering: Answering) -> None:
    path = answering(b'{"error": "busy", "sentence": "Not now.", "advice": "Later."}\n')

    with pytest.raises(Declined):
        await anext(events(path))


def test_who_is_turned_away_unheard_reads_why(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def turn_away() -> None:
            with server.accept()[0] as caller:
                caller.sendall(b'{"error": "busy", "sentence": "Too many.", "advice": ""}\n')

        for _ in range(20):
            turning_away = threading.Thread(target=turn_away)
            turning_away.start()
            with pytest.raises(Declined, match="Too many"):
                ask(path, {"do": "wake", "about": "x" * 300_000}, patience_s=PATIENCE_S)
            turning_away.join()
