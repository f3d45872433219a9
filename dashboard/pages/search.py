"""Search: a form that is a link, answered whole or in part."""

from flask import Blueprint, render_template, request

from dashboard.context import clock, context
from dashboard.show import moments

page = Blueprint("search", __name__)

HITS = 10


@page.get("/search")
def search() -> str:
    """With `part`, the results alone, for a page that answers as one types.

    With `words`, by words alone: at once, for who waits for the rest.
    """
    here = context()
    query = request.args.get("q", "")
    asking = here.archive.search(query, HITS, by_words_alone="words" in request.args)
    found = moments.results(here.ask(asking), clock())
    template = "results.html" if "part" in request.args else "search.html"
    return render_template(template, results=found)
