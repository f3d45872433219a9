"""Why an utterance was kept or passed over, for people and for programs."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from core.selection.reasons import kept_sentence, passed_sentence
from core.text.short_ids import brief_id

from .of_file import WeighedPiece


class Judged(Protocol):
    """The worker's verdict, as far as it is told."""

    @property
    def moment(self) -> str | None: ...
    @property
    def score(self) -> float: ...
    @property
    def reasons(self) -> Sequence[str]: ...
    @property
    def signals(self) -> Mapping[str, float]: ...
    @property
    def text(self) -> str: ...


def explained(each: WeighedPiece, verdict: Judged | None) -> tuple[dict[str, Any], str]:
    """One utterance as JSON and as a line; no verdict where it was passed over by its sound."""
    weighed = each.weighed
    moment = None if verdict is None else verdict.moment
    reasons = weighed.reasons if verdict is None else verdict.reasons
    signals = {**weighed.signals, **({} if verdict is None else verdict.signals)}
    value = {
        "id": moment,
        "start_s": round(each.start_s, 3),
        "end_s": round(each.end_s, 3),
        "verdict": "passed" if moment is None else "kept",
        "sound_score": round(weighed.score, 3),
        "sound_bar": round(weighed.bar, 3),
        "score": None if verdict is None else round(verdict.score, 3),
        "signals": {name: round(share, 3) for name, share in signals.items()},
        "reasons": list(reasons),
        "text": None if verdict is None else verdict.text,
    }
    why = passed_sentence(reasons) if moment is None else kept_sentence(reasons)
    words = "" if verdict is None else f", words {verdict.score:.2f}"
    said = "" if verdict is None else f"  {verdict.text}"
    name = "" if moment is None else f"{brief_id(moment)}: "
    place = f"{each.start_s:8.1f} to {each.end_s:.1f} s"
    scores = f"sound {weighed.score:.2f} of {weighed.bar:.2f}{words}"
    return value, f"{place}  {name}{why} ({scores}){said}"
