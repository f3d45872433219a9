"""The first minute: the demo's scene, what it touches, and its dismissal."""

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core.errors import NotFound
from core.sockets.socket_client import NobodyThere
from dashboard.context import Context, clock, context
from dashboard.sentences import say
from dashboard.show import moments
from dashboard.show.first_minute import sentences
from dashboard.show.lines import Line
from dashboard.show.local_time import Clock
from pipeline.store.views.moment_fold import MomentRow

from .home import DISMISSED
from .sound import sent

page = Blueprint("demo", __name__)

DAY_MS = 86_400_000
NEAREST = 3
"""Hits that count: what is further down was not found by the search itself."""

YEAR_S = 31_536_000


@page.post("/listen")
def listen() -> ResponseReturnValue:
    """Start the scene, as the microphone hears it."""
    try:
        context().capture({"do": "play"})
    except NobodyThere as error:
        advice = say("refused.absent_advice")
        raise NotFound(say("trouble.not_listening"), advice=advice) from error
    return redirect("/?done=playing", 303)


@page.get("/demo/scene")
def scene() -> Response:
    """The same sound for the ear."""
    demo = context().demo
    if demo is None:
        raise NotFound(say("trouble.no_demo"), advice=say("trouble.go_back"))
    return sent(demo.scene, mimetypes.guess_type(demo.scene.name)[0] or "application/octet-stream")


@page.get("/demo/opposite/<named>")
def opposite(named: str) -> ResponseReturnValue:
    """The opposite that was said days ago, if search finds it; else 204."""
    here, at = context(), clock()
    row = here.ask(here.archive.moment(named))
    kept = moments.page(row, here.ask(here.archive.transcript(row)), at)
    said = list(sentences(word for line in kept.lines for word in line))
    found = [each for sentence in said for each in _opposites(here, sentence, at)]
    if not found:
        return "", 204
    best = max(found, key=lambda each: each.score)
    return render_template(
        "opposite.html",
        ago=moments.ago(best.then.at_ms or 0, at),
        then=moments.page(best.then, here.ask(here.archive.transcript(best.then)), at),
        now=kept.only(best.now),
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


@dataclass(frozen=True, slots=True)
class _Opposite:
    """A sentence of now, the moment that search found by it, and how near that is."""

    now: Line
    then: MomentRow
    score: float


def _opposites(here: Context, sentence: Line, at: Clock) -> Iterator[_Opposite]:
    """Hits that say the opposite; the demo's plan only says which of what was found those are."""
    said = " ".join(word.text for word in sentence)
    found = here.ask(here.archive.search(said, NEAREST, until_ms=at.now_ms - DAY_MS))
    for hit in found.hits:
        then = here.ask(here.archive.moment(hit.moment))
        if here.demo is not None and here.demo.is_opposite(then.source):
            yield _Opposite(sentence, then, hit.score)
