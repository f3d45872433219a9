"""A page to show to others: what this device does now, and how to have it stop."""

from flask import Blueprint, render_template

from dashboard.context import context
from dashboard.show.listening import for_others

page = Blueprint("listening", __name__)


@page.get("/listening")
def listening() -> str:
    return render_template("listening.html", told=for_others(context().capture_status()))
