"""Requests to capture: press, hold, pause, resume, record, bring back.

Each is a form that works without script: done, it leads back to the page; refused, the page
says why at the button. Our script asks for JSON instead.
"""

from flask import Blueprint, g, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from core.sockets.socket_client import Told
from dashboard.context import clock, context, whole_number
from dashboard.show.status import refusal

from .home import shown

page = Blueprint("press", __name__)


@page.post("/press")
def press() -> ResponseReturnValue:
    return _answer(_pressed({"do": "press"}), "taken")


@page.post("/hold")
def hold() -> ResponseReturnValue:
    """Begin, renew or end a hold; it ends by itself 3 s after the last renewal."""
    on = request.form.get("on") == "true"
    return _answer(_pressed({"do": "hold", "on": on}), "taken")


@page.post("/record")
def record() -> ResponseReturnValue:
    """Begin a recording, or end it."""
    on = request.form.get("on") == "true"
    return _answer(_pressed({"do": "record", "on": on}), "" if on else "recorded")


@page.post("/pause")
def pause() -> ResponseReturnValue:
    """Pause for `for_s` seconds, or until somebody resumes."""
    for_s = request.form.get("for_s") or None
    number = None if for_s is None else whole_number(for_s)
    lasts = for_s if number is None else number  # capture judges it
    return _answer(context().act({"do": "pause", "by": "page", "for_s": lasts}), "")


@page.post("/resume")
def resume() -> ResponseReturnValue:
    return _answer(context().act({"do": "resume", "by": "page"}), "")


@page.post("/bring-back")
def bring_back() -> ResponseReturnValue:
    """Keep after all what a pause took back."""
    keep = request.form.get("keep", "")
    return _answer(context().act({"do": "bring_back", "keep": keep}), "brought_back")


def _pressed(request: Told) -> Told:
    """Capture's answer; a refusal as the page words it.

    A phone's press is none at the device, and lets in no other phone: capture is told.
    """
    here = context()
    answer = here.act({**request, "by": "page" if g.phone is None else "phone"})
    if answer.get("outcome") != "refused":
        return answer
    return refusal(answer, here.state(here.capture_status()))


def _answer(answer: Told, done: str) -> ResponseReturnValue:
    """JSON for our script; for a browser without it, the way back to the page."""
    if request.accept_mimetypes.best == "application/json":
        return jsonify(answer)
    if answer.get("outcome") == "refused":
        return render_template("home.html", **shown(context(), clock()), refusal=answer), 409
    fields = {"done": done, "keep": answer.get("keep", "")}
    query = "&".join(f"{name}={value}" for name, value in fields.items() if done and value)
    return redirect(f"/?{query}" if query else "/", 303)
