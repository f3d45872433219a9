"""The last acts in sentences, each with what takes it back. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashboard.sentences import say
from pipeline.store.act_list import Act
from pipeline.store.format.events import Event
from pipeline.store.format.voice_drafts import is_enrolment
from pipeline.store.views.act_fold import telling
from pipeline.store.views.moment_fold import MomentRow

from .dates import day_title
from .local_time import Clock
from .moments import beginning


@dataclass(frozen=True, slots=True)
class ShownAct:
    """A line. `moment` is the one that it is about, and `said` how its words begin.

    Both are empty where it was about several, or about none that is left.
    `label` is of the button that takes it back or brings it back, empty where nothing does.
    """

    sentence: str
    when: str
    at: str
    moment: str
    said: str
    is_undone: bool
    reversed_by: str
    label: str


def about(act: Act) -> str:
    """The one moment that it was about; empty where there were several, or it is forgotten."""
    moments = {event.subject for event in telling(act.events)}
    return moments.pop() if len(moments) == 1 and not act.is_forget else ""


def shown(acts: Iterable[Act], rows: Mapping[str, MomentRow], clock: Clock) -> list[ShownAct]:
    """The acts as lines; `rows` are the moments that they are about, by id."""
    return [_shown(act, rows.get(about(act)), clock) for act in acts]


def _shown(act: Act, row: MomentRow | None, clock: Clock) -> ShownAct:
    newest = act.events[0]
    at = None if newest.at_ms is None else clock.at(newest.at_ms)
    label = say("button.undo") if act.undo is None else say("button.redo")
    return ShownAct(
        sentence=_sentence(act, len({event.subject for event in telling(act.events)})),
        when=""
        if at is None
        else say("search.when", day=day_title(at.date(), clock.today), time=f"{at:%H:%M}"),
        at="" if at is None else at.isoformat(timespec="seconds"),
        moment="" if row is None else row.id,
        said="" if row is None else beginning(row.text),
        is_undone=act.undo is not None,
        reversed_by=act.reversed_by,
        label="" if act.is_forget else label,
    )


def _sentence(act: Act, count: int) -> str:
    kept = next((each for each in act.events if each.kind == "moment_kept"), None)
    by_how = "" if kept is None else say.of("kept", kept.payload["how"], count=count)
    taught = next((each for each in act.events if each.kind == "selection_taught"), None)
    by_answer = "" if taught is None else say.of("taught", taught.payload["answer"], count=count)
    return by_how or by_answer or say.of("did", _kind(telling(act.events)[-1]), count=count)


def _kind(event: Event) -> str:
    """Of what was forgotten: a moment, or what the wearer's voice was known by."""
    is_of_voice = event.kind == "moment_forgotten" and is_enrolment(event.subject)
    return "voice_forgotten" if is_of_voice else event.kind


def code_of(way_back: bool, kind: str) -> str:  # noqa: FBT001 - as `Reversed` has it
    """What the next page is told was done: `undone.moment_hidden`."""
    return f"{'redone' if way_back else 'undone'}.{kind}"
