"""Pause in the capture loop: what is closed, wiped, remembered, taken back."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.checks import Check
from core.paths import Home, home_at, runtime_folder, state_folder
from device.capture.pause_file import pause_file_of
from device.checks import checks
from device.microphone.faults import MicrophoneFault
from device.ports import Fault, Switched
from tests.device.wearer import Wearer, facts


def test_a_pause_closes_the_microphone_wipes_the_ring_and_is_told(wearer: Wearer) -> None:
    wearer.say(5)
    answered = wearer.ask(do="pause", by="page", for_s=900)
    wearer.microphone_says_more()
    status = wearer.ask(do="status")

    assert answered == {"outcome": "done"}
    assert wearer.microphone.stopped
    assert (status["state"], status["ring_s"]) == ("paused", 0.0)
    assert status["pause"]["by"] == "page"
    assert not wearer.capture.parts.sound.ring._samples.any()
    assert wearer.light.shown[-1] == "paused"
    assert facts(wearer) == [("pause_began", {"by": "page", "for_s": 900})]


def test_a_timed_pause_ends_by_itself_and_visibly(wearer: Wearer) -> None:
    wearer.say(2)
    wearer.ask(do="pause", for_s=60)
    wearer.wait(59)
    assert wearer.ask(do="status")["state"] == "paused"
    wearer.wait(2)

    assert wearer.ask(do="status")["state"] == "starting"
    assert not wearer.microphone.stopped
    assert "resumed" in wearer.light.shown
    assert facts(wearer)[-1] == ("pause_ended", {"by": "timer"})


def test_a_pause_outlives_a_restart_and_nothing_is_opened(home: Path) -> None:
    before = Wearer(home)
    before.say(2)
    before.ask(do="pause", for_s=900)
    before.wait(130)

    after = Wearer(home)
    assert [kind for kind, _ in facts(after)] == ["pause_began"]
    after.capture.stop()
    after.capture.run()
    status = after.ask(do="status")

    assert status["state"] == "paused"
    assert 700 < status["pause"]["remaining_s"] < 900
    assert not after.microphone.started
    after.ask(do="resume")
    assert after.microphone.started
    assert Wearer(home).ask(do="status")["state"] == "starting"


def test_a_pause_file_that_cannot_be_read_counts_as_a_pause(home: Path) -> None:
    first = Wearer(home)
    first.ask(do="pause")
    (file,) = (home / "state").rglob("pause.json")
    file.write_text("{", encoding="utf-8")

    assert Wearer(home).ask(do="status")["state"] == "paused"


def test_the_gesture_takes_back_what_it_kept_and_the_page_can_bring_it_back(
    wearer: Wearer,
) -> None:
    wearer.say(3)
    wearer.silence(1)
    wearer.edges([(True, 0.1), (False, 0.3), (True, 2.2), (False, 0.1)])
    taken_back = wearer.ask(do="status")["taken_back"]

    assert len(taken_back) == 1
    assert wearer.lengths_s() == []
    keep = taken_back[0]["keep"]
    assert wearer.ask(do="bring_back", keep=keep)["outcome"] == "done"
    assert len(wearer.lengths_s()) == 1
    assert wearer.ask(do="bring_back", keep=keep)["outcome"] == "refused"


def test_the_slide_switch_pauses_and_outranks_the_page(wearer: Wearer) -> None:
    wearer.say(1)
    wearer.send(Switched(paused=True))
    assert wearer.ask(do="resume")["outcome"] == "refused"
    wearer.send(Switched(paused=False))

    assert wearer.ask(do="status")["pause"] is None


def test_a_fault_does_not_outlive_a_pause(wearer: Wearer) -> None:
    wearer.say(1)
    wearer.send(Fault(MicrophoneFault("It is gone.", advice="Plug it in.")))
    wearer.ask(do="pause")
    wearer.send(Fault(MicrophoneFault("It is gone.", advice="Plug it in.")))
    wearer.ask(do="resume")

    assert wearer.ask(do="status")["state"] == "starting"


def test_a_switch_that_was_moved_while_the_power_was_off_resumes(home: Path) -> None:
    before = Wearer(home)
    before.send(Switched(paused=True))
    after = Wearer(home)
    after.send(Switched(paused=False))

    assert after.ask(do="status")["state"] == "starting"


PAUSING = {"by": "command", "remaining_s": None}
WRITTEN = {"pausing": PAUSING, "stream": "a" * 16, "position": 7, "began": {"at_ms": None}}
GARBLED: dict[str, Callable[[Path], object]] = {
    "deep": lambda file: file.write_text("[" * 100_000),
    "null": lambda file: file.write_bytes(b"\0" * 100),
    "empty": lambda file: file.touch(),
    "list": lambda file: file.write_text("[1]"),
    "a text for a number": lambda file: file.write_text(json.dumps({**WRITTEN, "position": "7"})),
    "a time of text": lambda file: file.write_text(
        json.dumps({**WRITTEN, "began": {"at_ms": "yesterday"}})
    ),
    "a number beyond all": lambda file: file.write_text(
        json.dumps({**WRITTEN, "pausing": {"by": "command", "remaining_s": 10**400}})
    ),
    "a link to nothing": lambda file: file.symlink_to(file.parent / "nothing"),
    "a link to itself": lambda file: file.symlink_to(file),
    "a folder": lambda file: (file / "something").mkdir(parents=True),
    "a pipe": os.mkfifo,
    "a device": lambda file: file.symlink_to("/dev/zero"),
    "huge": lambda file: file.write_bytes(b" " * 10_000_000),
}


@pytest.mark.parametrize("how", GARBLED)
def test_whatever_lies_in_place_of_the_pause_it_is_paused_says_why_and_can_be_resumed(
    home: Path, how: str
) -> None:
    file = state_folder(home) / "pause.json"
    GARBLED[how](file)

    (check,) = [each for each in doctor(home) if each.name == "pause"]
    wearer = Wearer(home)
    status = wearer.ask(do="status")

    assert check.state == "warn"
    assert status["state"] == "paused"
    assert "Paused" in status["sentence"]
    assert f"cannot be read ({file}" in status["sentence"]
    assert "resume" in status["advice"]
    assert wearer.ask(do="resume")["outcome"] == "done"
    assert "cannot be read" not in wearer.ask(do="status")["sentence"]
    assert not os.path.lexists(file)
    assert Wearer(home).ask(do="status")["state"] == "starting"


def doctor(home: Path) -> list[Check]:
    return list(checks(Home(home)))


def test_a_pause_follows_a_home_that_is_moved(home: Path, tmp_path: Path) -> None:
    Wearer(home).ask(do="pause")
    moved = tmp_path / "moved"
    home.rename(moved)

    after = Wearer(moved)

    assert after.ask(do="status")["state"] == "paused"
    after.ask(do="resume")
    assert Wearer(moved).ask(do="status")["state"] == "starting"


def test_a_pause_of_an_older_version_is_found_under_the_spelling_of_then(
    home: Path, tmp_path: Path
) -> None:
    Wearer(home).ask(do="pause")
    (home / "pause.json").unlink()
    spelled = tmp_path / "link"
    spelled.symlink_to(home)
    folder = state_folder(home)
    older = folder.with_name(hashlib.sha256(os.fsencode(spelled)).hexdigest()[:12])
    folder.rename(older)  # as it was named before a home was one however it is spelled

    file = pause_file_of(home_at(str(spelled)))

    remembered = file.read()
    assert remembered is not None
    assert remembered.unreadable == ""
    file.remove()
    assert pause_file_of(home_at(str(spelled))).read() is None


def test_a_heartbeat_that_is_garbled_stops_nothing(home: Path) -> None:
    beat = {"stream": "a" * 16, "position": 1, "state": "listening", "recorded": {"boottime_ms": 3}}
    garbled = ["[" * 100_000, json.dumps({**beat, "recorded": {"boottime_ms": "3"}}),
               json.dumps({**beat, "position": "x"})]  # fmt: skip
    for content in garbled:
        (home / "heartbeat.json").write_text(content)
        (runtime_folder(home) / "heartbeat.json").write_text(content)

        assert Wearer(home).ask(do="status")["state"] == "starting"
