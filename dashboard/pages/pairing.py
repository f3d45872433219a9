"""The page of a phone that is not let in yet."""

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

page = Blueprint("pairing", __name__)


@page.get("/pair")
def show() -> ResponseReturnValue:
    """For whoever comes over TLS; who is let in already, as on loopback, goes on to the page."""
    if g.phone is not None or not request.is_secure:
        return redirect("/", 303)
    return render_template("pair.html")
