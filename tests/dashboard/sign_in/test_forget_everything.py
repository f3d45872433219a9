"""Forgetting everything: from a phone by presses at the device, at the machine by a word."""

import re
import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from core.paths import Home
from dashboard.sign_in.confirming import PRESSES, WITHIN_S, Confirmation, Confirmations
from dashboard.sign_in.press_watch import Window
from device.ports import Edge
from pipeline.spool.spool import Spool
from tests.dashboard.conftest import Diary
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.sign_in.conftest import SOUND
from tests.dashboard.sign_in.letting_in import Command, press, press_often, show, token_of
from tests.dashboard.sign_in.tls import Answer, TlsPage
from tests.waiting import waited

WORDS = "the pump leaks again"
NOW = 1000.0


@pytest.fixture
def kept(home: Path) -> str:
    return Diary(home).heard(WORDS, round(time.time() * 1000))


def asked(page: TlsPage, token: str) -> Answer:
    return page.ask("/forget", "POST", token=token, body="")


def confirmations(page: TlsPage) -> Confirmations:
    found = page.app.extensions["context"].confirmations
    assert isinstance(found, Confirmations)
    return found


def waits(page: TlsPage) -> bool:
    now = confirmations(page).now
    return now is not None and now.state == "waits"


def holds(home: Path, words: str) -> bool:
    return any(words.encode() in each.read_bytes() for each in home.rglob("*") if each.is_file())


def test_presses_at_the_device_confirm_what_the_phone_asked_for(
    page: TlsPage, capture: RealCapture, home: Path, kept: str
) -> None:
    token = page.signed_in("Ada's phone")
    before = page.ask("/forget", token=token).text
    assert asked(page, token).headers["Location"] == "/forget"
    waiting = page.ask("/forget", token=token).text
    waited(lambda: capture.capture.parts.pairing.is_on)  # the light says that a press is awaited

    press_often(capture)
    done = waited(lambda: _sent_on(page.ask("/forget", token=token)))

    assert "This can&#39;t be undone" in before
    assert "out of reach" in before
    assert "Now press the button on the device 7 times" in waiting
    assert "within 10 seconds" in waiting
    assert '<meta http-equiv="refresh"' in waiting  # also without script
    assert done == "/?done=forgotten_all"
    assert "Everything is forgotten." in page.ask(done, token=token).text
    assert page.ask(f"/moment/{kept}", token=token).status == 404
    assert not holds(home, WORDS)
    assert Spool(Home(home).spool).lying() == []  # nor what that press kept
    assert capture.presses
    waited(lambda: not capture.capture.parts.pairing.is_on)


def _sent_on(answer: Answer) -> str:
    return answer.headers["Location"] if answer.status == 303 else ""


def test_without_a_press_nothing_is_forgotten_and_it_can_be_cancelled(
    page: TlsPage, capture: RealCapture, home: Path, kept: str
) -> None:
    token = page.signed_in()
    press(capture)  # for something else, before it was asked
    waited(lambda: capture.presses)
    asked(page, token)
    waited(lambda: capture.capture.parts.pairing.is_on)

    assert page.ask("/forget/cancel", "POST", token=token, body="").status == 303
    told = page.ask("/forget", token=token).text
    press_often(capture)
    capture.ask(do="status")  # it has come by now

    assert "Nothing was forgotten." in told
    assert page.ask(f"/moment/{kept}", token=token).status == 200
    assert "Nothing was forgotten." not in page.ask("/forget", token=token).text
    assert holds(home, WORDS)


def test_no_press_on_a_page_confirms_it(page: TlsPage, capture: RealCapture, kept: str) -> None:
    token, other = page.signed_in("One"), page.signed_in("Other")
    asked(page, token)
    waited(lambda: capture.subscribers)

    assert page.ask("/press", "POST", token=token, body="").status == 303
    page.ask("/press", "POST", token=other, body="")
    waited(lambda: capture.presses)

    assert waits(page)
    assert page.ask(f"/moment/{kept}", token=token).status == 200


def test_all_others_are_told_and_may_keep_everything(page: TlsPage, kept: str) -> None:
    token, other = page.signed_in("Lost"), page.signed_in("Kept")
    asked(page, token)

    home, theirs = page.ask("/", token=other).text, page.ask("/forget", token=other).text
    refused = asked(page, other)
    cancelled = page.ask("/forget/cancel", "POST", token=other, body="")

    assert "Lost asks to forget everything." in home
    assert "Lost asks to forget everything." in theirs
    assert "Now press" not in theirs
    assert refused.status == 409
    assert "Something else is waiting for a press" in refused.text
    assert cancelled.status == 303
    assert not waits(page)
    assert page.ask(f"/moment/{kept}", token=token).status == 200


def test_a_phone_that_is_revoked_meanwhile_gets_nothing_done(
    page: TlsPage, capture: RealCapture, kept: str
) -> None:
    lost, other = page.signed_in("Lost"), page.signed_in("Other")
    asked(page, lost)
    waited(lambda: capture.capture.parts.pairing.is_on)
    page.sign_ins.revoke(page.sign_ins.all()[0].id)

    press_often(capture)
    waited(lambda: not waits(page))
    waited(lambda: not capture.capture.parts.pairing.is_on)

    assert page.ask(f"/moment/{kept}", token=other).status == 200


def test_a_press_answers_one_question_at_a_time(
    page: TlsPage, capture: RealCapture, command: Command, kept: str
) -> None:
    paired = page.signed_in("Paired")
    while_open = asked(page, paired)
    token = token_of(show(page, command.secret))
    waited(lambda: capture.subscribers)
    press(capture)
    command.next("admitted")

    assert while_open.status == 409
    assert "A phone is being let in" in while_open.text
    assert page.ask("/", token=token).status == 200
    assert page.ask(f"/moment/{kept}", token=paired).status == 200


def test_a_pairing_that_is_opened_ends_what_waited(
    page: TlsPage, capture: RealCapture, kept: str
) -> None:
    paired = page.signed_in("Paired")
    asked(page, paired)
    waited(lambda: capture.capture.parts.pairing.is_on)

    page.ask("/phones/open", "POST", token=paired, body="")
    press_often(capture)
    waited(lambda: capture.presses)

    assert "Nothing was forgotten." in page.ask("/forget", token=paired).text
    assert page.ask(f"/moment/{kept}", token=paired).status == 200


def test_paused_or_without_capture_the_phone_is_told(page: TlsPage, home: Path, kept: str) -> None:
    token = page.signed_in()
    asked(page, token)
    waited(lambda: "cannot feel a press" in page.ask("/forget", token=token).text)
    page.ask("/forget/cancel", "POST", token=token, body="")
    page.ask("/forget", token=token)

    with RealCapture(home, SOUND).running() as capture:
        capture.ask(do="pause")
        asked(page, token)
        waited(lambda: "still confirm it" in page.ask("/forget", token=token).text)
        press_often(capture)
        waited(lambda: _sent_on(page.ask("/forget", token=token)))

    assert page.ask(f"/moment/{kept}", token=token).status == 404


def test_at_the_machine_a_word_confirms_it(page: TlsPage, home: Path, kept: str) -> None:
    browser: FlaskClient = page.app.test_client()
    base = "http://localhost:8765"
    unreadable = home / "spool" / "0-0.0.clip"
    aside = home / "sound" / "aside" / f"{'ab' * 32}.mp4"
    for each in (unreadable, aside):
        each.parent.mkdir(parents=True, exist_ok=True)
        each.write_bytes(WORDS.encode())
    assert "type the word forget" in browser.get("/forget", base_url=base).text
    wrong = browser.post("/forget", base_url=base, data={"word": "yes"})
    nothing = browser.post("/forget", base_url=base)
    still = browser.get(f"/moment/{kept}", base_url=base)

    right = browser.post("/forget", base_url=base, data={"word": " Forget "})
    waited(lambda: browser.get("/forget", base_url=base).status_code == 303)

    assert (wrong.status_code, nothing.status_code, still.status_code) == (400, 400, 200)
    assert "Nothing was forgotten. Type the word forget" in wrong.text
    assert right.status_code == 303
    assert browser.get(f"/moment/{kept}", base_url=base).status_code == 404
    assert not unreadable.exists()
    assert not aside.exists()
    assert not holds(home, WORDS)


def test_a_word_from_a_phone_confirms_nothing(page: TlsPage, kept: str) -> None:
    token = page.signed_in()

    page.ask("/forget", "POST", token=token, body="word=forget")

    assert waits(page)
    assert page.ask(f"/moment/{kept}", token=token).status == 200


def test_where_the_disk_refuses_the_phone_is_told(
    page: TlsPage, capture: RealCapture, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = page.signed_in()

    async def full(*_: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(page.app.extensions["context"].archive, "_forget", full)
    asked(page, token)
    waited(lambda: capture.subscribers)
    press_often(capture)

    told = waited(lambda: _notice(page.ask("/forget", token=token).text))
    assert "Free some space" in told


def _notice(text: str) -> str:
    found = re.search(r'role="alert">([^<]*)<', text)
    return found[1] if found else ""


def test_the_page_is_reached_from_what_is_hidden(page: TlsPage, kept: str) -> None:
    assert 'href="/forget"' in page.ask("/hidden", token=page.signed_in()).text


def test_presses_that_only_keep_confirm_nothing(
    page: TlsPage, capture: RealCapture, kept: str
) -> None:
    token = page.signed_in("Lost")
    asked(page, token)
    waited(lambda: capture.capture.parts.pairing.is_on)

    press_often(capture, 3)
    time.sleep(1)  # a chain of its own: a later press of one, held, would pause
    button_held(capture, 1)
    capture.ask(do="status")  # it has come by now

    assert waits(page)
    assert page.ask(f"/moment/{kept}", token=token).status == 200


def button_held(capture: RealCapture, for_s: float) -> None:
    """The button, held for so long: it keeps, and goes on."""
    capture.capture.inbox.put(Edge(down=True, at_s=time.monotonic()))
    time.sleep(for_s)
    capture.capture.inbox.put(Edge(down=False, at_s=time.monotonic()))


def pressed_at(*at_s: float) -> str:
    now = Confirmation("a", "A phone", Window(NOW, NOW + 120))
    for each in at_s:
        now = now.pressed(each)
    return now.state


def in_a_row(first_s: float, every_s: float = 1.0) -> list[float]:
    return [first_s + n * every_s for n in range(PRESSES)]


@pytest.mark.parametrize(
    ("at_s", "state"),
    [
        (in_a_row(NOW + 1), "doing"),
        (in_a_row(NOW + 1)[1:], "waits"),
        (in_a_row(NOW + 1, WITHIN_S / PRESSES), "doing"),
        (in_a_row(NOW + 1, WITHIN_S), "waits"),
        ([NOW + 1, NOW + 30, *in_a_row(NOW + 60)], "doing"),
        (in_a_row(NOW), "waits"),
        (in_a_row(NOW - 100), "waits"),
        (in_a_row(NOW + 121), "waits"),
        (in_a_row(NOW + 115), "waits"),
    ],
)
def test_only_presses_in_a_row_after_it_was_asked_for_and_within_its_time_count(
    at_s: list[float], state: str
) -> None:
    assert pressed_at(*at_s) == state


def test_what_has_ended_is_confirmed_by_no_press() -> None:
    over = Confirmation("a", "A phone", Window(NOW, NOW + 120)).end("cancelled")

    assert all(over.pressed(each).state == "cancelled" for each in in_a_row(NOW + 1))


def test_what_is_confirmed_ends_by_no_time() -> None:
    done = Confirmation("a", "A phone", Window(NOW, NOW + 120))
    for each in in_a_row(NOW + 1):
        done = done.pressed(each)

    assert done.end("time").state == "doing"
