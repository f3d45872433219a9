"""The first stage of selection: what of all that is said is worth writing down at all. Pure.

No word is known here, only the detector's own numbers. The rule in a sentence: a clear voice that
says something of a sentence or three, near enough to stand out from the room.
bench/selection measures it, and docs/decisions/031 says what else was tried.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.clock import Recorded
from core.errors import UserError
from core.selection.reasons import EarlyReason
from core.settings import SelectionSettings
from device.memory.utterances import Measured

BAR = 0.7
"""An utterance that scores as much is a candidate: on the development day two fifths of the
speech, and seven tenths of what two readers would want back."""

CLEAR = (0.5, 1.0)
"""Mean probability of speech: from the first on a voice counts as clear, at the second fully."""

AT_LENGTH_S = (1.0, 8.0, 16.0, 40.0)
"""Longer than the first says something, from the second to the third it is a thought, and nothing
that lasts as long as the last is one."""

NEAR_DB = (10.0, 35.0)
"""Loudness over the room's own: a voice across it, and one at the microphone."""

WEIGHTS: Mapping[str, float] = {"clear": 4 / 7, "at_length": 2 / 7, "near": 1 / 7}
"""Halved or by half as much again, each by itself, the recall at a quarter of the speech stays
between 0.43 and 0.57 (random 0.26, loudness alone 0.36)."""

EMPHASIS_DB = (3.0, 12.0)
"""Loudness over the usual: raised, and as loud as anybody gets."""

USUAL_OF = 20
"""Utterances whose median loudness is the usual."""

TALK_S = 600.0
"""How far back talk without end is looked for: a television, a party."""

ENDLESS = (0.7, 0.95)
"""Share of talk in that time: from the first on the bar rises, at the second by `ENDLESS_BAR`."""

ENDLESS_BAR = 0.2

HOUR_S = 3600.0

HOT_C = 78.0
"""A Raspberry Pi slows itself down at 80: what is pressed for shall not wait for that."""

LOW_PERCENT = 20
"""Of the battery: what is left is for what is pressed for."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Minutes of the day; where they end before they begin, it is in the night.

    From a time to the same time is all day.
    """

    begin_min: int
    end_min: int

    def hold(self, at_min: int) -> bool:
        """True within them."""
        if self.begin_min < self.end_min:
            return self.begin_min <= at_min < self.end_min
        return at_min >= self.begin_min or at_min < self.end_min


@dataclass(frozen=True, slots=True)
class Rules:
    """What the wearer allows: the speech an hour that may be written down, and when none."""

    budget_s: float
    quiet: QuietHours | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance as it sounds: how long ago the one before ended, its length, its numbers."""

    at_s: float
    seconds: float
    measured: Measured
    recorded: Recorded


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is remembered of what was said: how loud it was, how much talk, what is left to spend.

    `at_s` is the end of the last utterance, in seconds of the stream.
    """

    left_s: float
    at_s: float = 0.0
    talk: float = 0.0
    loudness_db: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Weighed:
    """How an utterance was weighed: a candidate without reasons, passed over with some.

    `signals` are what speaks for it, each in [0, 1]; `score` is their weighted sum, which had to
    come to `bar`; `emphasis` counts later, beside the words.
    """

    score: float
    bar: float
    signals: Mapping[str, float]
    emphasis: float
    reasons: tuple[EarlyReason, ...] = ()

    @property
    def is_candidate(self) -> bool:
        return not self.reasons


def rules_of(settings: SelectionSettings) -> Rules:
    """The rules that the settings make."""
    quiet = None
    if settings.quiet_hours is not None:
        begin, end = settings.quiet_hours.split("-")
        quiet = QuietHours(_minutes(begin), _minutes(end))
    return Rules(settings.minutes_an_hour * 60, quiet)


def nothing_yet(rules: Rules) -> Earlier:
    """What is remembered at the start."""
    return Earlier(rules.budget_s)


def weigh(earlier: Earlier, spoken: Spoken, rules: Rules) -> tuple[Earlier, Weighed]:
    """What is remembered after this utterance, and what became of it."""
    now = _after(earlier, spoken, rules)
    loudness_db = _db(spoken.measured.loudness)
    usual_db = float(np.median(earlier.loudness_db)) if earlier.loudness_db else loudness_db
    signals = _signals(spoken)
    weighed = Weighed(
        score=sum(WEIGHTS[name] * value for name, value in signals.items()),
        bar=bar(now, rules),
        signals=signals,
        emphasis=_between(loudness_db - usual_db, *EMPHASIS_DB),
    )
    reason = _reason(now, spoken, weighed, rules)
    if reason is None:
        return replace(now, left_s=now.left_s - spoken.seconds), weighed
    return now, replace(weighed, reasons=(reason,))


def given_back(earlier: Earlier, seconds: float, rules: Rules) -> Earlier:
    """What is remembered once a candidate of this length is not written down after all."""
    return replace(earlier, left_s=min(rules.budget_s, earlier.left_s + seconds))


def bar(now: Earlier, rules: Rules) -> float:
    """What an utterance has to score by now.

    More where there is talk without end, and the more the less of the budget is left.
    """
    if rules.budget_s <= 0:
        return 1.0
    spent = min(1.0, max(0.0, 1 - now.left_s / rules.budget_s))
    return min(1.0, BAR + ENDLESS_BAR * _between(now.talk, *ENDLESS) + (1 - BAR) * spent**2)


def why_silent(rules: Rules, now: Recorded) -> UserError | None:
    """Why nothing at all is kept without a press now; None where something may be."""
    if rules.budget_s <= 0:
        return UserError(
            "It keeps nothing without a press: it may listen 0 minutes an hour.",
            advice="`selection.minutes_an_hour` in the settings says how many.",
        )
    match _why_quiet(rules, now):
        case "quiet_hours":
            return UserError("In your quiet hours it keeps nothing without a press.", advice="")
        case "time_unknown":
            return UserError(
                "There are quiet hours and the time is not known, so it keeps nothing without a "
                "press.",
                advice="Connect the device to a network, or open its page on your phone.",
            )
    return None


def why_rest(celsius: float | None, percent_left: int | None) -> UserError | None:
    """Why nothing is to be written down now that nobody pressed for; None where nothing is known.

    `percent_left` is of a battery that is being emptied.
    """
    if celsius is not None and celsius >= HOT_C:
        return UserError(
            f"The processor is hot ({celsius:.0f} °C), so what waits is not written down.",
            advice="It goes on once it is cooler; see that air comes to it.",
        )
    if percent_left is not None and percent_left < LOW_PERCENT:
        return UserError(
            f"The battery is low ({percent_left} %), so what waits is not written down.",
            advice="It goes on once the device is charged.",
        )
    return None


def _signals(spoken: Spoken) -> dict[str, float]:
    over_db = _db(spoken.measured.loudness) - _db(spoken.measured.background)
    least, from_s, to_s, most = AT_LENGTH_S
    at_length = min(
        _between(spoken.seconds, least, from_s), 1 - _between(spoken.seconds, to_s, most)
    )
    return {
        "clear": _between(spoken.measured.speech, *CLEAR),
        "at_length": at_length,
        "near": _between(over_db, *NEAR_DB),
    }


def _after(earlier: Earlier, spoken: Spoken, rules: Rules) -> Earlier:
    """Time has gone on to the end of this utterance."""
    elapsed_s = max(0.0, spoken.at_s - earlier.at_s)
    said = 1 - math.exp(-spoken.seconds / TALK_S)
    talk = min(1.0, earlier.talk * math.exp(-elapsed_s / TALK_S) + said)
    left_s = min(rules.budget_s, earlier.left_s + elapsed_s * rules.budget_s / HOUR_S)
    loudness_db = (*earlier.loudness_db, _db(spoken.measured.loudness))[-USUAL_OF:]
    return Earlier(left_s, max(earlier.at_s, spoken.at_s), talk, loudness_db)


def _reason(now: Earlier, spoken: Spoken, weighed: Weighed, rules: Rules) -> EarlyReason | None:
    """Why it is no candidate; None where it is one."""
    quiet = _why_quiet(rules, spoken.recorded)
    if quiet is not None:
        return quiet
    if weighed.score < BAR:
        return _weakest(spoken, weighed.signals)
    if spoken.seconds > now.left_s:
        return "budget"
    if weighed.score >= weighed.bar:
        return None
    return "endless_talk" if now.talk > ENDLESS[0] else "budget"


def _why_quiet(rules: Rules, recorded: Recorded) -> EarlyReason | None:
    if rules.quiet is None:
        return None
    at_min = _minute_of_day(recorded)
    if at_min is None:
        return "time_unknown"
    return "quiet_hours" if rules.quiet.hold(at_min) else None


def _weakest(spoken: Spoken, signals: Mapping[str, float]) -> EarlyReason:
    """The signal that it lacked most, as a reason."""
    missing = {name: WEIGHTS[name] * (1 - value) for name, value in signals.items()}
    match max(missing, key=lambda name: missing[name]):
        case "clear":
            return "unclear"
        case "near":
            return "far_away"
    return "too_short" if spoken.seconds < AT_LENGTH_S[1] else "too_long"


def _between(value: float, least: float, most: float) -> float:
    """0 up to the least, 1 from the most on, and even between them."""
    return min(1.0, max(0.0, (value - least) / (most - least)))


def _db(loudness: float) -> float:
    return 20 * math.log10(max(loudness, 1e-6))


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return 60 * int(hours) + int(minutes)


def _minute_of_day(recorded: Recorded) -> int | None:
    """None where the time is not known, or not in which zone it is."""
    if recorded.at_ms is None or recorded.utc_offset_min is None:
        return None
    return (recorded.at_ms // 60_000 + recorded.utc_offset_min) % (24 * 60)
