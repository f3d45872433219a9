"""Forget everything: presses at the device confirm it, or a word from someone at the machine."""

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from dashboard.context import Context, context
from dashboard.sentences import say
from dashboard.show.done import forgot
from dashboard.show.machines import kept_elsewhere
from dashboard.sign_in.confirming import PRESSES, WITHIN_S, Confirmation

page = Blueprint("forgetting", __name__)


@page.get("/forget")
def show() -> ResponseReturnValue:
    """What would happen, or what waits for the press; sent on once it is done."""
    ended = context().confirmations.take_ended(_asker())
    if ended is not None and ended.state == "done":
        return redirect(f"/?done={ended.told}", 303)
    return _page(_why(ended))


@page.post("/forget")
def ask() -> ResponseReturnValue:
    typed = request.form.get("word", "").strip().casefold()
    if g.phone is None and typed != say("everything.word").casefold():
        return _page(say("everything.wrong_word", word=say("everything.word"))), 400
    here = context()

    async def forget() -> str:
        finished = await here.archive.forget_everything()
        obeyed = await here.archive.own_role() == "full"
        return forgot(finished=finished, obeyed=obeyed, everything=True)

    here.ask(here.confirmations.ask(g.phone, forget))
    return _back()


@page.post("/forget/cancel")
def cancel() -> Response:
    """Whoever is let in may: it keeps what is there."""
    here = context()
    here.ask(here.confirmations.cancel())
    return _back()


def _page(refused: str) -> str:
    here = context()
    confirmations = here.confirmations
    now = confirmations.now
    is_on = now is not None and now.is_on
    state = now.state if now and is_on and now.asker == _asker() else ""
    return render_template(
        "forget_everything.html",
        refused=refused,
        elsewhere="" if state else kept_by_others(here),
        state=state,
        other=now.name if now and is_on and now.asker != _asker() else "",
        presses=say.of("presses_to_confirm", confirmations.presses),
        needs_press=g.phone is not None,
        word=say("everything.word"),
        times=PRESSES,
        seconds=round(WITHIN_S),
    )


def kept_by_others(here: Context) -> str:
    """Who keeps what is forgotten here, in a sentence; empty where nobody does.

    For the question alone: whoever reads the archive while it forgets may keep that from its end.
    """
    return kept_elsewhere(here.ask(here.archive.peers()), here.ask(here.archive.own_role()))


def _why(ended: Confirmation | None) -> str:
    """Why nothing was done, where something was asked for."""
    if ended is None:
        return ""
    return ended.told if ended.state == "failed" else say.of("not_confirmed", ended.state)


def _asker() -> str:
    return "" if g.phone is None else str(g.phone.id)


def _back() -> Response:
    return redirect("/forget", 303)
