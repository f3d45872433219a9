"""What `run` starts, what it refuses before it starts anything, and the terminal's keys."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import SettingsWrong, SoundUnreadable, UserError
from core.paths import Home
from dashboard.demo import SCENE
from deploy import running
from deploy.running import Keys, open_page, plan, services
from tests.ports import free_port
from tests.waiting import PATIENCE_S, killed_on_failure

NONE = UserError("There is no microphone.", advice="Plug one in.")
FILE = Path(__file__)


def none(_: str | None) -> UserError:
    return NONE


def one(_: str | None) -> None:
    return None


def asked_in_vain(_: str | None) -> UserError:
    raise AssertionError("nobody needs the microphone")


def test_with_a_microphone_it_is_the_wearers_own_home(home: Path) -> None:
    planned = plan(Home(home), None, one)

    assert planned == running.Plan(Home(home))


def test_without_a_microphone_it_is_the_demo_and_that_is_said(home: Path) -> None:
    planned = plan(Home(home), None, none)

    assert (planned.home, planned.replay) == (Home(home / "demo"), SCENE)
    assert planned.why_demo is not None
    assert planned.why_demo.startswith("There is no microphone. Plug one in. The demo")


def test_the_demo_that_was_asked_for_does_not_touch_the_microphone(home: Path) -> None:
    planned = plan(Home(home), None, asked_in_vain, demo=True)

    assert (planned.home, planned.replay) == (Home(home / "demo"), SCENE)
    assert planned.why_demo == running.ASKED_FOR


def test_a_file_as_the_microphone_goes_into_the_home_itself(home: Path) -> None:
    planned = plan(Home(home), str(FILE), asked_in_vain)

    assert planned == running.Plan(Home(home), FILE)


def test_the_microphone_of_the_settings_is_the_one_that_is_tried(home: Path) -> None:
    (home / "settings.toml").write_text('[device]\nmicrophone = "the red one"\n')
    tried: list[str | None] = []

    plan(Home(home), None, tried.append)

    assert tried == ["the red one"]


def test_settings_that_are_wrong_are_told_before_anything_starts(home: Path) -> None:
    (home / "settings.toml").write_text("[device]\nbutton_pin = 99\n")

    with pytest.raises(SettingsWrong):
        plan(Home(home), None, asked_in_vain)


@pytest.mark.parametrize("named", ["not there.wav", "."])
def test_a_replay_that_cannot_be_read_is_told_before_anything_starts(
    home: Path, named: str
) -> None:
    with pytest.raises(SoundUnreadable):
        plan(Home(home), str(home / named), asked_in_vain)


def test_capture_comes_first_and_hears_the_file(home: Path) -> None:
    started = services(running.Plan(Home(home), FILE), 8765)

    assert [each.name for each in started] == ["Capture", "The worker", "The page", "Sync"]
    assert started[0].command[-3:] == ["capture", "--replay", str(FILE)]
    assert started[2].is_ready is not None
    assert not started[2].is_ready()


def test_sync_is_needed_once_another_machine_was_introduced(home: Path) -> None:
    sync = services(running.Plan(Home(home), FILE), 8765)[-1]
    assert sync.needed is not None
    assert not sync.needed()

    (home / "sync").mkdir()
    (home / "sync" / "peers.json").write_text('{"a key": {"addresses": []}}')

    assert sync.needed()


def test_sync_is_needed_where_it_is_to_ask_an_engine_by_itself(home: Path) -> None:
    (home / "settings.toml").write_text('[engines]\nwhile_idle = "wyoming"\n')

    sync = services(running.Plan(Home(home), FILE), 8765)[-1]

    assert sync.needed is not None
    assert sync.needed()


class Capture:
    """What the keys ask for, and what they are told."""

    def __init__(self, **answer: Any) -> None:
        self.answer = answer or {"outcome": "taken"}
        self.asked: list[dict[str, Any]] = []
        self.said: list[str] = []
        self.held = threading.Semaphore(0)
        self.keys = Keys(self._ask, self.said.append)

    def type(self, *keys: Any) -> None:
        for key in keys:
            self.keys.typed(key, 0.0)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(request)
        if request.get("on"):
            self.held.release()
        if "error" in self.answer:
            raise UserError(self.answer["error"], advice="Start it.")
        return self.answer


PRESS, ON, OFF = {"do": "press"}, {"do": "hold", "on": True}, {"do": "hold", "on": False}


def test_space_presses() -> None:
    capture = Capture()

    capture.type("press")

    assert (capture.asked, capture.said) == ([PRESS], [])


def test_h_begins_a_hold_renews_and_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "HOLD_AGAIN_S", 0.01)
    capture = Capture()

    capture.type("hold")
    for _ in range(3):
        assert capture.held.acquire(timeout=PATIENCE_S)
    capture.type("hold")

    assert capture.asked.count(ON) >= 3
    assert OFF in capture.asked[-2:]


def test_a_hold_is_ended_at_the_end_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "HOLD_AGAIN_S", 3600.0)
    capture = Capture()

    capture.keys.end_hold()
    assert capture.asked == []
    capture.type("hold")
    assert capture.held.acquire(timeout=PATIENCE_S)
    capture.keys.end_hold()
    capture.keys.end_hold()

    assert capture.asked == [ON, OFF]


def test_p_pauses_and_the_next_time_resumes() -> None:
    listening, paused = Capture(state="listening"), Capture(state="paused")

    for capture in (listening, paused):
        capture.type("pause")

    assert listening.asked == [{"do": "status"}, {"do": "pause"}]
    assert paused.asked == [{"do": "status"}, {"do": "resume"}]


def test_p_ends_a_hold_before_it_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "HOLD_AGAIN_S", 3600.0)
    capture = Capture(state="continuing")

    capture.type("hold")
    assert capture.held.acquire(timeout=PATIENCE_S)
    capture.type("pause")

    assert capture.asked == [ON, OFF, {"do": "status"}, {"do": "pause"}]


def test_p_without_a_capture_is_told_once() -> None:
    capture = Capture(error="Capture is not running.")

    capture.type("pause")

    assert capture.said == ["Capture is not running. Start it."]


def test_what_capture_refuses_it_tells_everybody_itself() -> None:
    capture = Capture(outcome="refused", sentence="Nothing was said.", advice="Speak, then press.")

    capture.type("press")

    assert capture.said == []


def test_a_hold_that_is_refused_is_told_once_and_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "HOLD_AGAIN_S", 0.01)
    capture = Capture(error="Capture is not running.")

    for _ in range(2):
        capture.type("hold")
        for thread in threading.enumerate():
            if thread.name.endswith("(_hold)"):
                thread.join(PATIENCE_S)

    assert capture.asked == [ON, ON]
    assert capture.said == ["Capture is not running. Start it."] * 2


def test_q_ends_as_ctrl_c_does() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            Capture().type("quit")
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(("screen", "told"), [("", 0), (":0", 1)])
def test_where_there_is_a_screen_and_no_browser_the_address_is_told(
    monkeypatch: pytest.MonkeyPatch, screen: str, told: int
) -> None:
    monkeypatch.setenv("DISPLAY", screen)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    said: list[str] = []

    open_page("http://localhost:1", said.append)

    assert len(said) == told
    assert all("http://localhost:1" in each for each in said)


def test_a_browser_that_opens_needs_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr("webbrowser.open", lambda _: True)
    said: list[str] = []

    open_page("http://localhost:1", said.append)

    assert said == []


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "afterthought", "run", "--home", str(home), *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE_S,
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_that_is_taken_is_one_sentence_and_the_next_step(
    home: Path, taken_port: int
) -> None:
    refused = run(home, "--demo", "--port", str(taken_port))

    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert f"port {taken_port}" in refused.stderr
    assert "--port" in refused.stderr
    assert list(home.iterdir()) == []


def test_a_home_where_all_runs_already_is_one_sentence(home: Path) -> None:
    demo = Home(home / "demo")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(demo.capture_socket))
        other.listen()
        refused = run(home, "--demo", "--port", "1")

    demo.capture_socket.unlink()
    assert refused.returncode == 1
    assert "is already running on this home" in refused.stderr
    assert list(home.iterdir()) == []


def test_a_replay_that_is_not_there_is_one_sentence(home: Path) -> None:
    refused = run(home, "--replay", "nowhere.wav")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "There is no file nowhere.wav. Check its name.\n"


@pytest.mark.parametrize(
    "arguments", [("--port", "0"), ("--port", "70000"), ("--demo", "--replay", "a.wav")]
)
def test_what_makes_no_sense_is_wrong_usage(home: Path, arguments: tuple[str, ...]) -> None:
    refused = run(home, *arguments)

    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr


def test_it_answers_and_ends_all_of_its_processes(home: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "afterthought", "run", "--demo", "--json", "--port", str(port)]
    with killed_on_failure(
        subprocess.Popen(
            [*command, "--home", str(home)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "DISPLAY": ":99", "BROWSER": "", "PATH": ""},
        )
    ) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        assert json.loads(started.stdout.readline()) == {"url": f"http://localhost:{port}"}
        started.send_signal(signal.SIGINT)
        rest, err = started.stdout.read(), started.stderr.read()

        assert started.wait(PATIENCE_S) == 0
    assert rest == ""
    assert "No browser was found" in err
    assert "Traceback" not in err
    with socket.socket() as line:
        assert line.connect_ex(("127.0.0.1", port)) != 0
