"""A phone is let in: over TLS, with the real capture."""

import contextlib
import re
import socket
from pathlib import Path

import pytest

from core.paths import Home, state_folder
from dashboard.app import close, create_app, listen_for_commands
from dashboard.sign_in.command_socket import CommandSocket
from dashboard.sign_in.phones import new_token
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.sign_in.letting_in import Command, press, show, token_of
from tests.dashboard.sign_in.tls import TlsPage
from tests.waiting import waited


def test_a_press_keeps_as_always_and_lets_the_phone_in(
    page: TlsPage, capture: RealCapture, command: Command
) -> None:
    waited(lambda: capture.subscribers)
    before = capture.presses
    shown = show(page, command.secret, name="Ada%27s+phone")
    token = token_of(shown)
    assert shown.headers["Location"] == "/pair"
    assert command.next("waiting")["name"] == "Ada's phone"
    unpressed = page.ask("/", token=token)

    press(capture)
    admitted = command.next("admitted")

    assert unpressed.status == 401
    assert "Now press the button" in unpressed.text
    assert "Clear-Site-Data" not in unpressed.headers
    assert admitted["name"] == "Ada's phone"
    assert page.ask("/", token=token).status == 200
    assert page.ask("/pair", token=token).headers["Location"] == "/#top"  # no secret goes along
    assert capture.presses == before + 1


def test_a_press_before_the_secret_is_shown_lets_nobody_in(
    page: TlsPage, capture: RealCapture, command: Command
) -> None:
    waited(lambda: capture.subscribers)
    press(capture)
    waited(lambda: capture.presses)

    token = token_of(show(page, command.secret))

    assert page.ask("/", token=token).status == 401
    command.ask(do="admit")
    command.next("admitted")
    assert page.ask("/", token=token).status == 200


def test_the_press_of_a_phone_lets_no_phone_in(
    page: TlsPage, capture: RealCapture, command: Command
) -> None:
    waited(lambda: capture.subscribers)
    paired = page.signed_in("Paired")
    token = token_of(show(page, command.secret))

    assert page.ask("/press", "POST", token=paired, body="").status == 303
    assert page.ask("/phones/admit", "POST", token=paired, body="").status == 409
    waited(lambda: capture.presses)

    assert page.ask("/", token=token).status == 401
    assert page.ask("/", token=paired).status == 200


def test_strangers_that_guess_and_flood_are_let_in_by_no_press(
    page: TlsPage, capture: RealCapture, command: Command
) -> None:
    waited(lambda: capture.subscribers)
    guesses = [show(page, f"{n:010}", visit=f"v{n}") for n in range(40)]
    token = token_of(show(page, command.secret))
    guesses += [show(page, f"x{n}", visit=f"w{n}") for n in range(5)]

    press(capture)
    command.next("admitted")

    assert {each.status for each in guesses} == {403, 429}
    assert not any("Set-Cookie" in each.headers for each in guesses)
    assert page.ask("/", token=token).status == 200
    assert len(page.sign_ins.all()) == 1


def test_two_phones_that_show_the_code_are_both_told(
    page: TlsPage, capture: RealCapture, command: Command
) -> None:
    waited(lambda: capture.subscribers)
    first = token_of(show(page, command.secret, "a"))

    second = show(page, command.opened["secret"], "b")
    ended = command.next("ended")
    press(capture)

    assert (second.status, ended["reason"]) == (409, "two_phones")
    assert "Start pairing again." in ended["sentence"]
    assert "Start pairing again." in second.text
    assert "neither is let in" in second.text
    assert "neither is let in" in page.ask("/pair", token=first).text
    assert page.sign_ins.all() == ()


def test_while_capture_is_down_the_side_that_can_act_is_told(
    page: TlsPage, command: Command
) -> None:
    token = token_of(show(page, command.secret))

    told = command.next("presses")

    assert "afterthought run" in told["sentence"]
    assert "press Enter" in page.ask("/pair", token=token).text
    command.ask(do="admit")
    assert command.next("admitted")["event"] == "admitted"


def test_a_press_while_paused_keeps_nothing_and_lets_in(
    page: TlsPage, capture: RealCapture, command: Command
) -> None:
    waited(lambda: capture.subscribers)
    capture.ask(do="pause")
    token = token_of(show(page, command.secret))
    assert "It still lets the phone in." in command.next("presses")["sentence"]
    assert "It still lets the phone in." in page.ask("/pair", token=token).text

    press(capture)
    command.next("admitted")

    assert page.ask("/", token=token).status == 200
    assert capture.presses == 0


def test_the_light_shows_it_until_it_is_over(
    page: TlsPage, capture: RealCapture, command: Command
) -> None:
    waited(lambda: capture.capture.parts.pairing.is_on)

    command.close()

    waited(lambda: not capture.capture.parts.pairing.is_on)


def test_who_hangs_up_ends_the_pairing(page: TlsPage, home: Path) -> None:
    command = Command(home)
    token = token_of(show(page, command.secret))

    command.close()
    waited(lambda: "cancelled" in page.ask("/pair", token=token).text)

    assert show(page, command.secret, "b").status == 409


def test_a_second_pairing_ends_the_first(page: TlsPage, home: Path, command: Command) -> None:
    with contextlib.closing(Command(home)) as second:
        assert command.next("ended")["reason"] == "cancelled"
        assert show(page, command.secret).status == 403
        assert show(page, second.secret).status == 303


def test_a_phone_that_cannot_be_written_down_is_not_let_in(
    page: TlsPage, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    token = token_of(show(page, command.secret))
    monkeypatch.setattr("dashboard.sign_in.phone_file.write_durably", full)

    command.ask(do="admit")

    assert command.next("ended")["reason"] == "not_saved"
    assert page.ask("/", token=token).status == 401


def test_without_a_network_there_is_a_sentence(home: Path) -> None:
    alone = create_app(Home(home))
    listen_for_commands(alone, Home(home).page_socket)
    try:
        with contextlib.closing(Command(home)) as command:
            assert command.opened["error"] == "no_network"
            assert "Wi-Fi" in command.opened["advice"]
    finally:
        close(alone)


def test_a_damaged_list_is_told_before_a_code_is_shown(page: TlsPage, home: Path) -> None:
    (state_folder(home) / "phones.json").write_text("{")

    with contextlib.closing(Command(home)) as command:
        assert command.opened["error"] == "phones_unreadable"


def test_a_new_phone_is_announced_on_those_before_it(page: TlsPage, command: Command) -> None:
    first = page.signed_in("First")
    name = "%3Cscript%3Ealert(1)%3C/script%3E"
    show(page, command.secret, name=name)
    command.ask(do="admit")
    command.next("admitted")

    told, phones = page.ask("/", token=first).text, page.ask("/phones", token=first).text

    assert "A new phone was let in: &lt;script&gt;alert(1)&lt;/script&gt;." in told
    assert "<script>alert" not in told + phones
    assert "&lt;script&gt;alert(1)" in phones
    assert "A new phone was let in" not in page.ask("/", token=first).text


def test_a_link_on_another_site_marks_nothing_as_seen(page: TlsPage) -> None:
    first = page.signed_in("First")
    page.signed_in("Second")
    by_link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}

    assert page.ask("/phones", token=first, **by_link).status == 200
    assert page.ask("/authority", token=first, **by_link).status == 200
    linked = page.sign_ins.all()[0]
    page.ask("/phones", token=first, **{**by_link, "Sec-Fetch-Site": "same-origin"})
    page.ask("/authority", token=first, **{**by_link, "Sec-Fetch-Site": "none"})
    opened = page.sign_ins.all()[0]

    assert (len(linked.unseen), linked.knows_authority) == (1, False)
    assert (len(opened.unseen), opened.knows_authority) == (0, True)


def test_a_pairing_whose_terminal_cannot_be_told_of_it_ends(
    page: TlsPage, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> dict[str, object]:
        raise ConnectionResetError

    monkeypatch.setattr(CommandSocket, "_opened", gone)

    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(Home(home).page_socket))
        line.sendall(b'{"do": "pair"}\n')
        assert line.recv(100) == b""

    assert not page.app.extensions["context"].desk.is_open


def test_a_terminal_that_talks_without_an_end_ends_the_pairing(
    page: TlsPage, command: Command
) -> None:
    command.line.sendall(b"x" * 10_000)

    command.hears_to_the_end()

    assert not page.app.extensions["context"].desk.is_open


def test_a_paired_phone_opens_a_pairing_and_revokes(page: TlsPage, capture: RealCapture) -> None:
    first = page.signed_in("First")

    assert page.ask("/phones/open", "POST", token=first, body="").status == 303
    shown = page.ask("/phones", token=first).text
    typed = re.search(r'class="code">([0-9A-Z-]{11})<', shown)
    assert typed is not None
    assert "<svg" in shown
    assert f"Or open https://{page.host}:{page.port} on it" in shown
    assert "Let it in" not in shown
    waited(lambda: capture.subscribers)
    second = token_of(show(page, typed[1]))
    press(capture)
    waited(lambda: page.ask("/", token=second).status == 200)

    ids = [each.id for each in page.sign_ins.all()]
    assert page.ask(f"/phones/{ids[1]}/revoke", "POST", token=first, body="").status == 303
    assert page.ask("/", token=second).status == 401
    assert page.ask("/phones/nobody/revoke", "POST", token=first, body="").status == 404


def test_over_loopback_the_page_lets_in_by_its_own_button(page: TlsPage) -> None:
    browser = page.app.test_client()
    base = "http://localhost:8765"
    browser.post("/phones/open", base_url=base)
    secret = page.app.extensions["context"].desk.pairing.secret
    token = token_of(show(page, secret.link))

    assert "Let it in" in browser.get("/phones", base_url=base).text
    assert browser.post("/phones/admit", base_url=base).status_code == 303

    waited(lambda: page.ask("/", token=token).status == 200)
    assert browser.post("/phones/admit", base_url=base).status_code == 409


def test_two_pages_without_a_word_of_their_own_are_two_phones(
    page: TlsPage, command: Command
) -> None:
    first = show(page, command.secret, "")

    second = show(page, command.secret, "")

    assert (first.status, second.status) == (303, 409)
    assert "Set-Cookie" not in second.headers


def test_a_token_that_was_only_made_up_waits_for_nothing(page: TlsPage, command: Command) -> None:
    show(page, command.secret)

    answer = page.ask("/", token=new_token())

    assert "Clear-Site-Data" in answer.headers
    assert "is not paired" in answer.text
