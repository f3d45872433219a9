"""The live events of a page."""

from flask import Blueprint, Response, request

from dashboard.context import context

page = Blueprint("live", __name__)


@page.get("/live")
def live() -> Response:
    """The events from now on, and those missed since a mark.

    `after` is the mark of a page that comes back by itself, Last-Event-ID the browser's.
    """
    named = request.headers.get("Last-Event-ID") or request.args.get("after", "")
    here = context().live
    stream = here.open(int(named) if named.isdecimal() else None)
    response = Response(iter(stream), mimetype="text/event-stream")
    response.call_on_close(lambda: here.leave(stream))
    return response
