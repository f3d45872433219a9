"""The page of a phone that is not let in yet: it shows the secret, and waits for a press."""

import secrets

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from dashboard.context import context
from dashboard.sentences import say
from dashboard.show.pairing import name_of
from dashboard.sign_in.cookie import COOKIE, give_cookie
from dashboard.sign_in.pairing import Proof
from dashboard.sign_in.phones import clean_name
from dashboard.sign_in.set_up_secret import is_like_one

page = Blueprint("pairing", __name__)

_STATUS = {"wrong": 403, "too_many": 429, "two_phones": 409, "closed": 409, "not_first": 409}

_HOME = "/#top"
"""With a fragment: without one a browser takes along that which it came with, a secret."""


@page.get("/pair")
def show() -> ResponseReturnValue:
    """For whoever comes over TLS; who is let in already, as on loopback, goes on to the page."""
    if _is_in():
        return redirect(_HOME, 303)
    return pairing_page()


@page.post("/pair")
def prove() -> ResponseReturnValue:
    """The secret, scanned or typed. The cookie that comes back is worth nothing before a press."""
    if _is_in():
        return redirect(_HOME, 303)
    here, secret = context(), request.form.get("secret", "")
    set_up = here.set_up_secret.look(secret)
    if set_up == "used":
        return pairing_page(say("proof.used")), 409
    if set_up == "other" and is_like_one(secret):
        return pairing_page(say("proof.not_set_up")), 403
    proof = Proof(
        secret=secret,
        visit=_visit(),
        name=clean_name(request.form.get("name", "")) or _own_name(),
        address=request.remote_addr or "",
        is_set_up=set_up == "good",
    )
    answer, token = here.ask(here.desk.prove(proof))
    if answer != "waits":
        return pairing_page(say.of("proof", answer)), _STATUS[answer]
    waiting = make_response(redirect("/pair", 303))
    assert isinstance(waiting, Response)
    give_cookie(waiting, token)
    return waiting


def pairing_page(refused: str = "") -> str:
    """What an unpaired phone is shown, also where it asked for something else."""
    desk, token = context().desk, request.cookies.get(COOKIE)
    ended = desk.ended(token)
    return render_template(
        "pair.html",
        waits=desk.waits(token),
        presses=say.of("presses", desk.presses),
        refused=refused or (say.of("pairing_ended", ended) if ended else ""),
        visit=_visit(),
        name=clean_name(request.form.get("name", "")) or _own_name(),
    )


def _visit() -> str:
    """What tells this page from others; two that tell nothing are two."""
    return request.form.get("visit") or secrets.token_urlsafe(16)


def _is_in() -> bool:
    return g.phone is not None or not request.is_secure


def _own_name() -> str:
    return name_of(request.user_agent.string)
