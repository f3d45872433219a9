"""Other machines that have a copy of this archive, and the wearer's word on what they forgot."""

import re

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from core.sync.status import has_peers, is_service_running, read_peer_statuses
from dashboard.context import clock, context
from dashboard.show.done import done
from dashboard.show.machines import asked_to_forget, machines, own_limits

page = Blueprint("machines", __name__)

ORIGIN = re.compile("[0-9a-f]{16}")


@page.get("/machines")
def others() -> str:
    here = context()
    is_on = is_service_running(here.home)
    return render_template(
        "machines.html",
        machines=machines(
            here.ask(here.archive.peers()), read_peer_statuses(here.home), clock(), is_on=is_on
        ),
        asked=asked_to_forget(here.ask(here.archive.asked_to_forget())),
        limits=own_limits(here.ask(here.archive.own_role())),
        is_off=has_peers(here.home) and not is_on,
        done=done(request.args),
    )


@page.post("/machines/<origin>/forget")
def forget(origin: str) -> Response:
    """Forget here what was forgotten there."""
    return _settled(origin, agreed=True)


@page.post("/machines/<origin>/keep")
def keep(origin: str) -> Response:
    """Keep here what was forgotten there."""
    return _settled(origin, agreed=False)


def _settled(origin: str, *, agreed: bool) -> Response:
    if not ORIGIN.fullmatch(origin):
        abort(404)
    here = context()
    count = here.ask(here.archive.settle_forgets(origin, agreed=agreed))
    if not count:  # it was answered on another page
        return redirect("/machines", 303)
    told = "settled.forgotten" if agreed else "settled.kept"
    return redirect(f"/machines?done={told}&count={count}", 303)
