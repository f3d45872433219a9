"""The set-up secret and the second button: how a device without a screen lets a phone in."""

import asyncio
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.paths import Home, state_folder
from core.sockets import socket_client
from dashboard.app import follow_second_button
from dashboard.sign_in.desk import Desk
from dashboard.sign_in.secrets_of_pairing import grouped
from dashboard.sign_in.set_up_secret import FILE_NAME, SetUpSecret
from device.ports import Edge, SecondEdge
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.sign_in.conftest import SOUND
from tests.dashboard.sign_in.letting_in import Command, press, show, token_of
from tests.dashboard.sign_in.tls import TlsPage
from tests.waiting import PATIENCE_S, waited

HERE = "authority of this device"


def made(page: TlsPage, home: Path) -> str:
    """The secret that `pair --set-up` makes."""
    told = socket_client.ask(Home(home).page_socket, {"do": "set_up"}, patience_s=PATIENCE_S)
    address, _, secret = str(told["url"]).partition("/pair#")
    assert address == f"https://{page.host}:{page.port}"
    assert told["secret"] == grouped(secret)
    return secret


def made_once(home: Path) -> object:
    """The address that `pair --set-up --once` shows; None where it shows none."""
    ask = {"do": "set_up", "once": True}
    return socket_client.ask(Home(home).page_socket, ask, patience_s=PATIENCE_S)["url"]


def desk_of(page: TlsPage) -> Desk:
    found = page.app.extensions["context"].desk
    assert isinstance(found, Desk)
    return found


def test_it_opens_a_pairing_and_a_press_lets_the_first_phone_in(
    page: TlsPage, capture: RealCapture, home: Path
) -> None:
    secret = made(page, home)

    shown = show(page, secret)
    token = token_of(shown)
    waited(lambda: capture.capture.parts.pairing.is_on)
    before = page.ask("/", token=token)
    press(capture)

    assert (shown.status, before.status) == (303, 401)
    assert "Now press the button" in before.text
    waited(lambda: page.ask("/", token=token).status == 200)
    assert capture.presses == 1


def test_without_a_press_nobody_is_let_in(page: TlsPage, capture: RealCapture, home: Path) -> None:
    secret = made(page, home)
    press(capture)
    waited(lambda: capture.presses)

    token = token_of(show(page, secret))

    assert page.ask("/", token=token).status == 401
    assert page.sign_ins.all() == ()


def test_once_a_phone_is_in_it_opens_nothing_and_says_what_does(page: TlsPage, home: Path) -> None:
    secret = made(page, home)
    page.signed_in()

    refused = show(page, secret)

    assert refused.status == 409
    assert "Start one on that phone" in refused.text
    assert not desk_of(page).is_open


def test_a_mistyped_one_is_said_to_be_wrong(page: TlsPage, home: Path) -> None:
    secret = made(page, home)
    letter = "0" if secret[-1] != "0" else "1"

    for mistyped in (secret[:-1] + letter, secret[:-1], secret + letter):
        refused = show(page, mistyped)
        assert refused.status == 403
        assert "That is not the code that lets the first phone in." in refused.text
    assert not desk_of(page).is_open


def test_the_installer_makes_it_once_and_anew_on_a_cloned_card(page: TlsPage, home: Path) -> None:
    file = state_folder(home) / FILE_NAME

    first, again = made_once(home), made_once(home)
    file.write_text(file.read_text().replace('"authority": "', '"authority": "0'))
    cloned = made_once(home)

    assert first is not None
    assert again is None
    assert cloned is not None


def test_where_a_phone_is_in_the_installer_makes_none(page: TlsPage, home: Path) -> None:
    page.signed_in()

    assert made_once(home) is None
    assert not (state_folder(home) / FILE_NAME).exists()


def test_once_it_has_let_a_phone_in_it_is_used_up(page: TlsPage, home: Path) -> None:
    secret = made(page, home)
    token = token_of(show(page, secret))
    page.app.extensions["context"].ask(desk_of(page).confirm())
    waited(lambda: page.ask("/", token=token).status == 200)
    page.sign_ins.revoke(page.sign_ins.all()[0].id)

    refused = show(page, secret, "b")

    assert refused.status == 409
    assert "This code is used up" in refused.text
    assert not desk_of(page).is_open
    assert (state_folder(home) / FILE_NAME).exists()  # or an update would make another
    assert show(page, made(page, home), "b").status == 303


def test_once_a_phone_is_in_it_neither_waits_in_a_pairing_nor_ends_one(
    page: TlsPage, home: Path, command: Command
) -> None:
    secret = made(page, home)
    page.signed_in()

    before = show(page, secret, "picture")
    token = token_of(show(page, command.secret, "owner"))
    after = show(page, secret, "picture")
    command.ask(do="admit")
    command.next("admitted")

    assert (before.status, after.status) == (409, 409)
    assert page.ask("/", token=token).status == 200


def test_a_second_phone_that_shows_it_ends_it_for_both(page: TlsPage, home: Path) -> None:
    secret = made(page, home)
    first = token_of(show(page, secret, "a"))

    second = show(page, secret, "b")

    assert second.status == 409
    assert "neither is let in" in second.text
    assert "neither is let in" in page.ask("/pair", token=first).text


def test_another_one_takes_the_place_of_the_one_before(page: TlsPage, home: Path) -> None:
    old, new = made(page, home), made(page, home)

    refused = show(page, old)
    assert refused.status == 403
    assert "make a new one on the device" in refused.text
    assert show(page, new).status == 303


def test_guesses_open_nothing_and_keep_nobody_out(page: TlsPage, home: Path) -> None:
    secret = made(page, home)
    guesses = [show(page, f"{n:026}", visit=f"v{n}").status for n in range(50)]
    is_open = desk_of(page).is_open

    assert set(guesses) == {403}
    assert not is_open
    assert show(page, secret).status == 303


def test_its_hash_alone_is_kept_and_for_this_user_alone(page: TlsPage, home: Path) -> None:
    before = os.umask(0o077)  # as every command of ours has it
    secret = made(page, home)
    os.umask(before)
    file = state_folder(home) / FILE_NAME

    assert secret not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.fixture
def secret(tmp_path: Path) -> SetUpSecret:
    return SetUpSecret(tmp_path / FILE_NAME, lambda: HERE)


@pytest.mark.parametrize("shown", ["", "x", "é" * 26, "0" * 26, "A" * 100_000, "\0" * 26, "-" * 26])
def test_anything_else_is_not_it(secret: SetUpSecret, shown: str) -> None:
    assert secret.look(shown) == "other"
    secret.new()
    assert secret.look(shown) == "other"


def test_it_is_long_never_the_same_and_read_however_it_is_spelled(secret: SetUpSecret) -> None:
    some = {secret.new() for _ in range(100)}
    last = secret.new()

    assert len(some) == 100
    assert len(last) * 5 >= 128
    assert secret.look(last) == "good"
    assert secret.look(f" {grouped(last).lower()} ") == "good"
    assert secret.look(last.replace("0", "O").replace("1", "l")) == "good"
    assert not any(secret.look(each) != "other" for each in some)


@pytest.mark.parametrize("authority", ["of another machine", ""])
def test_on_another_machine_it_is_worth_nothing(tmp_path: Path, authority: str) -> None:
    letters = SetUpSecret(tmp_path / FILE_NAME, lambda: HERE).new()

    assert SetUpSecret(tmp_path / FILE_NAME, lambda: authority).look(letters) == "other"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"version": 1}',
        "[" * 100_000,
        json.dumps({"version": 1, "authority": HERE, "hash": "é\ud800"}),
    ],
)
def test_a_damaged_one_lets_nobody_in(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)

    assert SetUpSecret(tmp_path / FILE_NAME, lambda: HERE).look("0" * 26) == "other"


def test_where_the_disk_refuses_it_is_used_up_until_a_restart(
    secret: SetUpSecret, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    letters = secret.new()
    monkeypatch.setattr("dashboard.sign_in.set_up_secret.write_durably", full)

    secret.use_up()

    assert secret.look(letters) == "used"


@pytest.fixture
def button(home: Path, page: TlsPage) -> Iterator[RealCapture]:
    """A capture whose second button opens pairings, and the page that follows it."""
    (home / "settings.toml").write_text('[device]\nsecond_button = "pair"\n', encoding="utf-8")
    with RealCapture(home, SOUND).running() as running:
        follow_second_button(page.app)
        waited(lambda: running.subscribers)
        yield running


def hold(button: RealCapture, after_s: float = 0.0) -> None:
    """The second button, held for a second: now, or as if so much later."""
    inbox = button.capture.inbox
    up_s = button.capture.parts.now_s() + after_s
    inbox.put(SecondEdge(Edge(down=True, at_s=up_s - 1)))
    inbox.put(SecondEdge(Edge(down=False, at_s=up_s)))


def test_the_second_button_opens_a_pairing_in_which_the_set_up_secret_counts(
    page: TlsPage, button: RealCapture, home: Path
) -> None:
    secret = made(page, home)
    page.signed_in()
    hold(button)
    waited(lambda: button.capture.parts.pairing.is_on)

    token = token_of(show(page, secret))
    press(button)

    waited(lambda: page.ask("/", token=token).status == 200)


def test_held_again_it_ends_the_pairing(page: TlsPage, button: RealCapture) -> None:
    hold(button)
    waited(lambda: button.capture.parts.pairing.is_on)

    hold(button, after_s=5)

    waited(lambda: not desk_of(page).is_open)
    waited(lambda: not button.capture.parts.pairing.is_on)


def test_where_the_list_is_damaged_the_button_is_refused(
    page: TlsPage, button: RealCapture, home: Path
) -> None:
    (state_folder(home) / "phones.json").write_text(json.dumps([]))
    told: list[object] = []

    async def follow() -> None:
        async for event in socket_client.events(Home(home).capture_socket, levels=False):
            told.append(event)
            if event["event"] == "subscribed":
                hold(button)
            if event["event"] == "refused":
                return

    asyncio.run(asyncio.wait_for(follow(), PATIENCE_S))

    assert not desk_of(page).is_open
