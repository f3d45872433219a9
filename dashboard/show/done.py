"""What was just done, in a sentence, and what takes it back. Pure.

A page that was sent on learns by its address what was done: `done` is a code, `act` what would
take it back, `keep` the moment that was kept, `count` how many moments it was about.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.sentences import say

_BY_KEEP = frozenset({"taken", "noted", "noted_about", "noted_waiting", "brought_back"})
"""What kept a moment that may not be in the archive yet: its keep is taken back."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A button: where it posts to, which act it names there, and what stands on it."""

    address: str
    act: str
    label: str


@dataclass(frozen=True, slots=True)
class Done:
    """A sentence, and the button that takes it back, where there is one."""

    sentence: str
    offer: Offer | None = None


def done(told: Mapping[str, str]) -> Done | None:
    """The answer to what an address tells; None where it tells of nothing that we know."""
    code = told.get("done", "")
    section, _, kind = code.rpartition(".")
    sentence = _sentence(section, kind, _count(told.get("count", "")))
    return Done(sentence, _offer(code, section, told)) if sentence else None


def forgot(*, finished: bool, obeyed: bool, everything: bool = False) -> str:
    """The code for a forget; `obeyed` where other machines forget it, too."""
    if not finished:
        return "forgetting_all" if everything else "forgetting"
    if everything:
        return "forgotten_all" if obeyed else "forgotten_all_here"
    return "forgotten" if obeyed else "forgotten_here"


def _sentence(section: str, kind: str, count: int) -> str:
    if section in {"undone", "redone"}:
        return say.of("undone" if section == "undone" else "redone", kind, count=count)
    if section == "settled":
        return say.of("settled", kind, count=count)
    return "" if section else say.of("done", kind)


def _count(told: str) -> int:
    is_one = told.isascii() and told.isdecimal() and len(told) < 9  # noqa: PLR2004 - no more moments
    return int(told) if is_one else 1


def _offer(code: str, section: str, told: Mapping[str, str]) -> Offer | None:
    if act := told.get("act"):
        takes_back = section == "undone" or code == "undone"
        return Offer("/acts/undo", act, say("button.redo") if takes_back else say("button.undo"))
    if code in _BY_KEEP and (keep := told.get("keep")):
        return Offer(f"/moment/{keep}/undo", "", say("button.undo"))
    return None
