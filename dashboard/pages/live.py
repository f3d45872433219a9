"""The live events of a page."""

from flask import Blueprint, Response, g, request

from core.errors import WrongUsage
from dashboard.context import context, whole_number
from dashboard.sentences import say

page = Blueprint("live", __name__)


@page.get("/live")
def live() -> Response:
    """The events from now on, and those missed since a mark.

    `after` is the mark of a page that comes back by itself, Last-Event-ID the browser's. With
    `archive`, what the archive holds alone: a page that shows no level lets the microphone rest.
    """
    named = request.headers.get("Last-Event-ID") or request.args.get("after", "")
    after = whole_number(named)
    if named and after is None:
        raise WrongUsage(say("trouble.no_mark"), advice=say("trouble.reload"))
    here = context().live
    phone = "" if g.phone is None else g.phone.id
    stream = here.open(after, phone, hears_capture="archive" not in request.args)
    response = Response(iter(stream), mimetype="text/event-stream")
    response.call_on_close(lambda: here.leave(stream))
    return response
