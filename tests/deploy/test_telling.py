"""What `run` says of what happens."""

import asyncio
import json
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from core.page_address import PageAddress, PageAddressFile
from deploy import telling
from deploy.telling import sentence_of, tell_what_happens, tell_where


def state(name: str) -> dict[str, Any]:
    return {"event": "state", "state": name, "sentence": f"It is {name}."}


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({"event": "taken", "keep": "ab-1", "revision": 0}, "Keeping what was said…"),
        ({"event": "taken", "keep": "ab-1", "revision": 1}, "Reaching further back…"),
        ({"event": "kept", "keep": "ab-1", "revision": 0, "seconds": 3.0}, ""),
        ({"event": "closed", "keep": "ab-1", "revision": 0, "seconds": 12.2}, "Kept 12 s."),
        ({"event": "closed", "keep": "ab-1", "revision": 0, "seconds": 75.0}, "Kept 1 min 15 s."),
        (
            {"event": "refused", "sentence": "Nothing was said.", "advice": "Speak.", "keep": None},
            "Nothing was said. Speak.",
        ),
        ({"event": "brought_back", "keep": "ab-1"}, "Brought back: it is kept after all."),
        ({"event": "gap", "seconds": 0.3, "reason": "overflow"}, ""),
        ({"event": "gap", "seconds": None, "reason": "overflow"}, ""),
        ({"event": "level", "dbfs": -30.0, "speaking": True, "ring_s": 3.0}, ""),
    ],
)
def test_what_happened_is_a_sentence_or_nothing(event: dict[str, Any], told: str) -> None:
    assert sentence_of(event, "listening") == told


def test_what_a_pause_took_back_is_told_with_the_way_back() -> None:
    told = sentence_of({"event": "taken_back", "keep": "3f1c9a4be2d07766-84570"}, "listening")

    assert "`afterthought pause --bring-back 3f1c9a4b-84570`" in told


def test_a_gap_that_somebody_would_notice_is_told() -> None:
    assert sentence_of({"event": "gap", "seconds": 3.0, "reason": "stalled"}, "").startswith("3 s ")


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ("", "starting", ""),
        ("", "listening", "Listening."),
        ("", "paused", "Paused."),
        ("listening", "paused", "Paused."),
        ("paused", "starting", ""),
        ("paused", "listening", "Listening again."),
        ("fault", "listening", "Listening again."),
        ("listening", "fault", "It is fault."),
        ("keeping", "listening", ""),
        ("listening", "keeping", ""),
        ("listening", "recording", "Recording…"),
        ("listening", "listening", ""),
    ],
)
def test_a_state_is_told_where_it_is_another(before: str, now: str, told: str) -> None:
    assert sentence_of(state(now), before) == told


def serve(path: Path, *lives: list[dict[str, Any]]) -> None:
    """A capture that lives several times: tells its state and these events, and ends."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        for events in lives:
            line, _ = server.accept()
            with line, line.makefile("rb") as asked:
                assert json.loads(asked.readline()) == {"do": "subscribe", "levels": False}
                line.sendall(b'{"ok": true}\n')
                other, _ = server.accept()
                with other, other.makefile("rb") as status:
                    assert json.loads(status.readline()) == {"do": "status"}
                    other.sendall(json.dumps({**state("listening"), "process": 1}).encode() + b"\n")
                for event in events:
                    line.sendall(json.dumps(event).encode() + b"\n")


async def test_it_goes_on_when_capture_was_started_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.telling.AGAIN_AFTER_S", 0.0)
    path, said = tmp_path / "s", []
    lives = ([state("paused")], [{"event": "closed", "seconds": 2.0}])
    capture = threading.Thread(target=serve, args=(path, *lives), daemon=True)
    capture.start()

    class Enough(Exception):
        pass

    def say(sentence: str) -> None:
        said.append(sentence)
        if sentence.startswith("Kept"):
            raise Enough

    with pytest.raises(Enough):
        await tell_what_happens(path, say)

    assert said == ["Listening.", "Paused.", "Listening again.", "Kept 2 s."]
    capture.join()


def test_where_the_page_is_reached_is_told_once_and_what_is_new_about_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "LOOK_EVERY_S", 0.0)
    file = PageAddressFile(tmp_path)
    steps = [
        PageAddress("a.local", ("https://a.local",)),
        PageAddress("a.local", ("https://a.local",), ("One thing. Mend it.",)),
        PageAddress("a.local", ("https://b.local",)),
    ]
    said: list[str] = []

    async def follow() -> None:
        following = asyncio.create_task(tell_where(tmp_path, said.append))
        for step in steps:
            file.tell(step)
            for _ in range(3):
                await asyncio.sleep(0)
        following.cancel()

    asyncio.run(follow())
    file.close()

    assert said == [
        "On your network the page is at https://a.local.",
        "One thing. Mend it.",
        "On your network the page is at https://b.local.",
    ]
