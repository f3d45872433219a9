"""The first minute: the demo's scene, what it touches, and its dismissal."""

from flask import Blueprint, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core.errors import NotFound
from dashboard import present
from dashboard.line import NobodyThere
from dashboard.window import Window, clock, window
from pipeline.store.views.moments import MomentRow

from .home import DISMISSED

page = Blueprint("demo", __name__)

DAY_MS = 86_400_000
NEAREST = 10
YEAR_S = 31_536_000


@page.post("/listen")
def listen() -> ResponseReturnValue:
    """Start the scene, as the microphone hears it."""
    try:
        window().capture({"do": "play"})
    except NobodyThere as error:
        raise NotFound("Nothing listens.", advice="Start it with `afterthought run`.") from error
    return redirect("/?done=playing", 303)


@page.get("/demo/scene")
def scene() -> Response:
    """The same sound for the ear."""
    demo = window().demo
    if demo is None:
        raise NotFound("There is no demo here.", advice="Go back to the beginning.")
    return send_file(demo.scene, conditional=True, etag=False)


@page.get("/demo/opposite/<named>")
def opposite(named: str) -> ResponseReturnValue:
    """What was said days ago against this moment, if search finds it; else nothing."""
    here, at = window(), clock()
    row = here.ask(here.study.moment(named))
    found = _opposite(here, row, at)
    if found is None:
        return "", 204
    return render_template(
        "opposite.html",
        ago=present.ago(found.at_ms or 0, at),
        then=present.page(found, here.ask(here.study.transcript(found)), at),
        now=present.page(row, here.ask(here.study.transcript(row)), at),
    )


@page.post("/first-minute/dismiss")
def dismiss() -> Response:
    response = redirect("/", 303)
    response.set_cookie(
        DISMISSED,
        "done",
        max_age=YEAR_S,
        samesite="Strict",
        httponly=True,
        secure=request.is_secure,
    )
    return response


def _opposite(here: Window, row: MomentRow, at: present.Clock) -> MomentRow | None:
    """Search has to find it; what is planted only says which of the hits is meant."""
    if here.demo is None or not row.text:
        return None
    found = here.ask(here.study.search(row.text, NEAREST, until_ms=at.now_ms - DAY_MS))
    rows = (here.ask(here.study.moment(hit.moment)) for hit in found.hits)
    return next((each for each in rows if here.demo.is_opposite(each.source)), None)
