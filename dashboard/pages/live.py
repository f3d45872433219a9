"""The live events of a page."""

from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, g, request

from core.errors import WrongUsage
from dashboard.context import Context, OtherVersion, context, whole_number
from dashboard.sentences import say

page = Blueprint("live", __name__)

_STATE = b"event: state\n"


@page.get("/live")
def live() -> Response:
    """The events from now on, and those missed since a mark.

    `after` is the mark of a page that comes back by itself, Last-Event-ID the browser's. With
    `archive`, what the archive holds alone: a page that shows no level lets the microphone rest.
    `state` is the version of the state that the page shows.
    """
    named = request.headers.get("Last-Event-ID") or request.args.get("after", "")
    after = whole_number(named)
    if named and after is None:
        raise WrongUsage(say("trouble.no_mark"), advice=say("trouble.reload"))
    here = context()
    phone = "" if g.phone is None else g.phone.id
    stream = here.live.open(after, phone, hears_capture="archive" not in request.args)
    lines = _but_what_is_shown(stream, request.args.get("state"), here)
    response = Response(lines, mimetype="text/event-stream")
    response.call_on_close(lambda: here.live.leave(stream))
    return response


def _but_what_is_shown(lines: Iterable[bytes], shown: str | None, here: Context) -> Iterator[bytes]:
    """Without saying that the state is new, as long as it is the one that the page shows.

    Whoever is the first to watch is told of every process that it is there. A page that has just
    come knows, and would be fetched once more.
    """
    for line in lines:
        if shown is not None and line.startswith(_STATE):
            if _state(here) == shown:
                continue
            shown = None
        yield line


def _state(here: Context) -> str | None:
    try:
        return here.state(here.capture_status()).version
    except OtherVersion:  # the page itself says so
        return None
