"""Who is let in, and who is not, where several things happen at once."""

import asyncio
import time
from collections.abc import Callable

import pytest

from dashboard.context import Context
from dashboard.sign_in.phone_file import PhoneFile
from dashboard.sign_in.phones import Phone
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.sign_in.letting_in import press, show, token_of
from tests.dashboard.sign_in.tls import TlsPage
from tests.waiting import waited


def context_of(page: TlsPage) -> Context:
    found = page.app.extensions["context"]
    assert isinstance(found, Context)
    return found


def link_of(page: TlsPage) -> str:
    pairing = context_of(page).desk.pairing
    assert pairing is not None
    return pairing.secret.link


def light_is_on(capture: RealCapture) -> Callable[[], bool]:
    return lambda: capture.capture.parts.pairing.is_on


def openings(page: TlsPage, count: int) -> None:
    """So many sides open a pairing in the same moment."""
    desk = context_of(page).desk

    async def open_all() -> None:
        await desk.open()
        await asyncio.gather(*(desk.open() for _ in range(count)))

    context_of(page).ask(open_all())


@pytest.fixture
def saved(page: TlsPage, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the phones that a slow disk was given."""
    admit, names = page.sign_ins.admit, list[str]()

    def slowly(token_hash: str, name: str, *opener: str) -> Phone:
        names.append(name)
        time.sleep(0.5)
        return admit(token_hash, name, *opener)

    monkeypatch.setattr(page.sign_ins, "admit", slowly)
    return names


def test_one_press_lets_one_phone_in_however_many_opened_a_pairing_at_once(
    page: TlsPage, capture: RealCapture, saved: list[str]
) -> None:
    openings(page, 3)
    token = token_of(show(page, link_of(page)))
    waited(light_is_on(capture))

    press(capture)
    waited(lambda: page.ask("/", token=token).status == 200)
    waited(lambda: not capture.capture.parts.pairing.is_on)
    page.sign_ins.revoke(page.sign_ins.all()[0].id)

    assert len(saved) == 1
    assert page.ask("/", token=token).status == 401
    assert page.sign_ins.all() == ()


def test_openings_while_a_forget_waits_end_it_and_one_press_lets_one_phone_in(
    page: TlsPage, capture: RealCapture
) -> None:
    paired = page.signed_in("Paired")
    page.ask("/forget", "POST", token=paired, body="")
    waited(light_is_on(capture))

    openings(page, 2)
    told = page.ask("/forget", token=paired).text
    token = token_of(show(page, link_of(page)))
    waited(light_is_on(capture))
    press(capture)
    waited(lambda: page.ask("/", token=token).status == 200)
    waited(lambda: not capture.capture.parts.pairing.is_on)

    assert "Nothing was forgotten." in told
    assert len(page.sign_ins.all()) == 2


def test_what_was_cancelled_does_not_end_what_is_asked_after_it(
    page: TlsPage, capture: RealCapture
) -> None:
    here, phone = context_of(page), Phone("a", "A phone", "hash")

    async def do() -> str:
        return "done"

    async def twice() -> None:
        await here.confirmations.ask(phone, do)
        await asyncio.gather(here.confirmations.cancel(), here.confirmations.ask(phone, do))

    here.ask(twice())
    waited(light_is_on(capture))
    now = here.confirmations.now

    assert now is not None
    assert now.state == "waits"


def test_revoking_ends_the_pairing_that_the_phone_opened(
    page: TlsPage, capture: RealCapture
) -> None:
    thief = page.signed_in("Lost")
    page.ask("/phones/open", "POST", token=thief, body="")
    second = token_of(show(page, link_of(page)))
    waited(light_is_on(capture))

    page.sign_ins.revoke(page.sign_ins.all()[0].id)
    waited(lambda: not capture.capture.parts.pairing.is_on)
    press(capture)
    waited(lambda: capture.presses)

    assert "Pairing was cancelled" in page.ask("/pair", token=second).text
    assert page.ask("/", token=second).status == 401
    assert page.sign_ins.all() == ()


def test_a_phone_that_was_revoked_before_the_press_has_opened_nothing(
    page: TlsPage,
) -> None:
    lost = page.signed_in("Lost")
    page.signed_in("Kept")
    page.ask("/phones/open", "POST", token=lost, body="")
    second = token_of(show(page, link_of(page)))
    gone, kept = page.sign_ins.all()
    page.sign_ins.on_revoked.clear()  # the press comes before anybody hears of it

    PhoneFile(page.sign_ins._file.path).change(lambda phones: phones.revoked(gone.id))
    context_of(page).ask(context_of(page).desk.confirm())
    waited(lambda: "Pairing was cancelled" in page.ask("/pair", token=second).text)

    assert page.sign_ins.all() == (kept,)


def test_the_set_up_secret_opens_nothing_while_the_first_phone_is_being_saved(
    page: TlsPage, saved: list[str]
) -> None:
    here = context_of(page)
    secret = here.set_up_secret.new()
    owner = token_of(show(page, secret, "owner"))
    here.ask(here.desk.confirm())
    waited(lambda: saved)

    stranger = show(page, secret, "stranger")

    assert stranger.status == 409
    assert "Set-Cookie" not in stranger.headers
    assert not here.desk.is_open
    assert page.ask("/", token=owner).status == 200
