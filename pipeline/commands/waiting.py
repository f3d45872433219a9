"""Why a moment lacks its words or its vectors, in a sentence."""

from core.clock import SystemClock
from core.paths import Home
from core.settings_file import load
from pipeline.spool.tries import failed_letter, read_tries
from pipeline.store.views.moment_fold import MomentRow
from pipeline.taking_in import conditions
from pipeline.worker import backoff


def why_it_lacks(home: Home, row: MomentRow, name: str) -> str | None:
    """What is still to come and when, or how to have it tried again; None where nothing lacks."""
    if row.words == "failed":
        return f"The models failed on it too often. `afterthought retry {name}` tries again."
    letter = failed_letter(home.spool, row.id)
    tries = None if letter is None else read_tries(letter)
    if tries is None:
        return None
    here = conditions(load(home.path), home.path)
    left_s = backoff.left_s(tries, SystemClock().recorded_now(), here)
    what = "Its words will follow." if row.words == "awaited" else "It is not found by meaning yet."
    return f"{what} {backoff.in_words(tries, left_s)}"
