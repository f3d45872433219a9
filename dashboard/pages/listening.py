"""A page to show to others: what this device does now, and how to have it stop."""

from flask import Blueprint, render_template

from core.settings_file import load
from dashboard.context import context
from dashboard.show.listening import for_others

page = Blueprint("listening", __name__)


@page.get("/listening")
def listening() -> str:
    here = context()
    own_voice = load(here.home).selection.others == "pass_over" and here.ask(
        here.archive.is_enrolled()
    )
    told = for_others(here.capture_status(), own_voice=own_voice)
    return render_template("listening.html", told=told)
