"""The button on the page: press, and hold."""

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from core.errors import UserError
from core.line import NobodyThere, Told
from dashboard.window import window

page = Blueprint("press", __name__)

_ABSENT: Told = {
    "outcome": "refused",
    "sentence": "Nothing was kept: capture is not running.",
    "advice": "Start it with `afterthought run`.",
}


@page.post("/press")
def press() -> ResponseReturnValue:
    return _answer(_asked({"do": "press"}))


@page.post("/hold")
def hold() -> ResponseReturnValue:
    """Renewed each second while the finger stays; it ends by itself 3 s after the last."""
    return _answer(_asked({"do": "hold", "on": request.form.get("on") == "true"}))


def _asked(request_: Told) -> Told:
    try:
        return window().capture(request_)
    except NobodyThere:
        return _ABSENT
    except UserError as error:
        return {"outcome": "refused", "sentence": error.sentence, "advice": error.advice}


def _answer(told: Told) -> ResponseReturnValue:
    """JSON for our script; for a browser without it, the way back to the page."""
    if request.accept_mimetypes.best == "application/json":
        return jsonify(told)
    if told.get("outcome") == "refused":
        sentence, advice = told.get("sentence", ""), told.get("advice", "")
        return render_template("trouble.html", sentence=sentence, advice=advice), 409
    return redirect(f"/?done=taken&keep={told.get('keep', '')}", 303)
