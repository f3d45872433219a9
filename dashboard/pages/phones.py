"""The phones that are let in, how one is revoked, and how another one is let in."""

from flask import Blueprint, g, redirect, render_template
from werkzeug.wrappers import Response

from core.errors import UserError
from core.text.qr import qr_svg
from dashboard.context import Context, clock, context, is_asked_for_here
from dashboard.sentences import say
from dashboard.show.phones import shown
from dashboard.show.sent import sent_sentences

page = Blueprint("phones", __name__)


class PressNeeded(UserError):
    """Only somebody at the device lets a phone in."""

    code = "press_needed"


@page.get("/phones")
def phones() -> str:
    here = context()
    found = [(each, here.sign_ins.visited_ms(each)) for each in here.sign_ins.all()]
    lines = shown(found, g.phone, clock())
    if g.phone is not None and is_asked_for_here():
        here.sign_ins.note_seen(g.phone)
    return render_template(
        "phones.html",
        phones=lines,
        is_reached=bool(here.reached().address),
        is_here=g.phone is None,
        sent=sent_sentences(here.sent(), clock()),
        **_pairing(here),
    )


@page.post("/phones/open")
def open_pairing() -> Response:
    """Open a pairing; it is at this page until it ends."""
    here = context()
    here.ask(here.desk.open("" if g.phone is None else g.phone.id))
    return _back()


@page.post("/phones/cancel")
def cancel() -> Response:
    here = context()
    here.ask(here.desk.cancel())
    return _back()


@page.post("/phones/admit")
def admit() -> Response:
    """As if the device were pressed: for who sits at it, and comes by loopback."""
    here = context()
    if g.phone is not None:
        raise PressNeeded(say("phones.press_needed"), advice=say("phones.press_needed_advice"))
    here.ask(here.desk.confirm())
    return _back()


@page.post("/phones/<named>/revoke")
def revoke(named: str) -> Response:
    context().sign_ins.revoke(named)
    return _back()


def _pairing(here: Context) -> dict[str, object]:
    """What of a pairing is shown: an open one whole, of another why it ended."""
    pairing = here.desk.pairing
    if pairing is None or not pairing.is_open:
        ended = None if pairing is None else pairing.ended
        is_said = ended is not None and ended != "cancelled"
        return {"pairing": None, "ended": say.of("pairing_ended", ended) if is_said else ""}
    address = here.reached().address
    url = f"{address}/pair#{pairing.secret.link}"
    return {
        "pairing": pairing,
        "ended": "",
        "address": address,
        "code": qr_svg(url),
        "presses": say.of("presses", here.desk.presses),
    }


def _back() -> Response:
    return redirect("/phones", 303)
