"""Answering selection: not this, more like this, forget what you learned. Each is an act."""

from collections.abc import Sequence

from pipeline.selection.learning import Answered, Learned, answers_by_moment, answers_of, learned
from pipeline.selection.signals import text_signals
from pipeline.store.format import drafts
from pipeline.store.format.events import Draft
from pipeline.store.format.selection_drafts import (
    SELECTION,
    Answer,
    selection_reset,
    selection_taught,
)
from pipeline.store.port import Archive, Reader, Thought
from pipeline.store.views.moment_fold import MomentRow


async def dismiss(archive: Archive, *moments: MomentRow) -> list[bool]:
    """Hide moments and keep less like them, as one act; False where both was so already.

    Raises NotFound.
    """
    return await _answer(archive, moments, "dismissed")


async def more(archive: Archive, *moments: MomentRow) -> list[bool]:
    """Keep more like these moments, as one act; False where that was said already.

    One that was dismissed is seen again. Raises NotFound.
    """
    return await _answer(archive, moments, "more")


async def reset(archive: Archive) -> bool:
    """Let no answer so far count any more; False where there is none."""
    async with archive.thought() as thought:
        if not answers_of(await thought.lessons()):
            return False
        await thought.append(selection_reset())
        return True


async def what_was_learned(reader: Reader) -> Learned:
    """The weights as they are now, and how they came about."""
    return learned(answers_of(await reader.lessons()))


async def _answer(archive: Archive, moments: Sequence[MomentRow], answer: Answer) -> list[bool]:
    async with archive.thought() as thought:
        found, resets = [], await thought.events_of(SELECTION)
        for moment in moments:
            row = await thought.moment(moment.id)
            known = answers_by_moment([*resets, *await thought.events_of(row.id)]).get(row.id)
            drafted = _seen_or_hidden(row, answer, known)
            signals = await _signals(thought, row)
            if signals and (known is None or known.wanted != (answer == "more")):
                drafted.append(selection_taught(row.id, answer, signals))
            found.append(drafted)
        act = drafts.new_act_id() if sum(map(len, found)) > 1 else None
        for drafted in found:
            await thought.append(*[drafts.of_act(each, act) for each in drafted])
        return [bool(drafted) for drafted in found]


def _seen_or_hidden(row: MomentRow, answer: Answer, known: Answered | None) -> list[Draft]:
    """What is dismissed is hidden; more of what was dismissed takes that back."""
    if answer == "dismissed" and row.state == "visible":
        return [drafts.moment_hidden(row.id, author="wearer")]
    was_dismissed = known is not None and not known.wanted
    if answer == "more" and row.state == "hidden" and was_dismissed:
        return [drafts.moment_restored(row.id, author="wearer")]
    return []


async def _signals(thought: Thought, row: MomentRow) -> dict[str, int]:
    """Those by which it was selected, or what its words say; empty where it has no words."""
    kept = await thought.event_at(row.kept_origin, row.kept_seq)
    known = None if kept is None else kept.payload.get("signals")
    if isinstance(known, dict):
        return known
    if not row.text.strip():
        return {}
    found = text_signals(row.text, row.language)
    return {name: round(1000 * value) for name, value in sorted(found.items())}
