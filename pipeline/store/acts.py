"""The wearer's acts on an archive: hide, restore, undo and redo, each of events that are appended.

What is appended follows from what the journal says in the same transaction: two who undo at
once take back two acts. They need no more of an archive than its port.
"""

import contextlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from core.errors import ActWaits, NotFound
from core.text.counting import counted
from core.text.short_ids import ambiguous
from pipeline.store.format import drafts
from pipeline.store.format.events import Draft, Event
from pipeline.store.port import Archive, Reader, Thought
from pipeline.store.views.act_fold import ACTS, together, traced
from pipeline.store.views.moment_fold import MomentRow, undone_events

AUTHORS = frozenset({"wearer", "agent"})
"""Whose acts `undo` takes back when none is named."""


LONGEST_SEQ = 19
"""Digits: a number that has as many, SQLite could not hold."""


@dataclass(frozen=True, slots=True)
class Reversed:
    """The events of one act that count no more or, with `is_back`, count again; oldest first."""

    act: str
    events: tuple[Event, ...]
    is_back: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something of the wearer's that still waits in the spool, and the act that it is part of."""

    moments: tuple[str, ...]
    act: str | None = None


async def hide(archive: Archive, *moments: MomentRow) -> list[bool]:
    """Put moments out of sight, as one act; False for each that was so already. Raises NotFound."""
    return await _each(archive, moments, "visible", drafts.moment_hidden)


async def restore(archive: Archive, *moments: MomentRow) -> list[bool]:
    """Show moments that are hidden, or whose keep was undone, as one act; False for each seen.

    Raises NotFound.
    """
    return await _each(archive, moments, "hidden", drafts.moment_restored)


async def _each(
    archive: Archive, moments: Sequence[MomentRow], state: str, draft: Callable[..., Draft]
) -> list[bool]:
    """True for each of the moments that was in this state, and of which the draft is now told."""
    async with archive.thought() as thought:
        changing = [(await thought.moment(each.id)).state == state for each in moments]
        changed = [each.id for each, changes in zip(moments, changing, strict=True) if changes]
        act = drafts.new_act_id() if len(changed) > 1 else None
        for moment in changed:
            await thought.append(drafts.of_act(draft(moment, author="wearer"), act))
        return changing


async def undo_keep(archive: Archive, moment: MomentRow) -> bool:
    """Take back the keep of this one moment, whatever was kept with it; False where it is hidden.

    Raises NotFound.
    """
    async with archive.thought() as thought:
        row = await thought.moment(moment.id)
        if row.state == "hidden":
            return False
        if await keep_is_undone(thought, row):  # and it was restored since
            await thought.append(drafts.moment_hidden(row.id, author="wearer"))
            return True
        kept = await thought.event_at(row.kept_origin, row.kept_seq)
        gave_way = [] if kept is None else await _gave_way(thought, row)
        if kept is None or not gave_way:
            place = row.kept_origin, row.kept_seq
            await thought.append(drafts.act_undone(row.id, *place, author="wearer"))
        else:
            await thought.append(*[_undone(each) for each in (kept, *gave_way)])
        return True


async def _gave_way(reader: Reader, moment: MomentRow) -> list[Event]:
    """The events that hid what was kept of its sound before, without a press."""
    found = []
    for event in await reader.events_of(moment.id):
        if event.act_id is not None and event.payload.get("replaces"):
            around = await reader.events_of_act(event.act_id)
            undone = undone_events(around)
            found += [
                each
                for each in around
                if each.kind == "moment_hidden"
                and each.act_id == event.act_id
                and each.place not in undone
            ]
    return found


async def keep_again(archive: Archive, moment: MomentRow, act: str | None) -> None:
    """Show a moment whose keep was undone, as part of this act; one that was hidden stays so."""
    async with archive.thought() as thought:
        row = await thought.find_moment(moment.id)
        if row is None or row.state == "visible" or not await keep_is_undone(thought, row):
            return
        restored = drafts.moment_restored(row.id, author="wearer")
        await thought.append(drafts.of_act(restored, act))


async def undo(
    archive: Archive, named: str | None = None, *, waiting: Collection[Waiting] = ()
) -> Reversed:
    """Take back an act, named by its id or by an event, or the last one that is not taken back.

    To take back an undo is to bring its act back. `waiting` is what lies in the spool. Raises
    NotFound where there is nothing to take back or it cannot be, ActWaits where the last act
    is not in the archive yet.
    """
    async with archive.thought() as thought:
        if named is None:
            await _must_be_in(thought, waiting)
            event = await _last_act(thought)
        else:
            event = await _named(thought, named)
        return await _reverse(thought, event)


async def redo(archive: Archive) -> Reversed:
    """Bring back what the last undo took, unless something new was done since.

    Raises NotFound where there is nothing to bring back.
    """
    async with archive.thought() as thought:
        undo = await _last_undo(thought)
        if undo is None:
            raise NotFound(
                "There is nothing to redo.",
                advice="`redo` brings back what the last undo took, until you do something new.",
            )
        return await _reverse(thought, undo)


async def keep_is_undone(reader: Reader, moment: MomentRow) -> bool:
    """True where the keep of a moment was taken back, whether or not it is seen since."""
    undone = undone_events(await reader.events_of(moment.id))
    return (moment.kept_origin, moment.kept_seq) in undone


async def is_taken_back(reader: Reader, act: str) -> bool:
    """True where an act was undone as a whole, and not redone: what comes late of it is, too."""
    latest = await reader.latest_of_act(act)
    return latest is not None and await _takes_back(reader, latest)


async def _reverse(thought: Thought, event: Event) -> Reversed:
    if event.kind not in ACTS and event.kind != "act_undone":
        sentence = f"The event {event.id} ({event.kind}) cannot be undone."
        raise NotFound(sentence, advice="`afterthought log` lists the events that can.")
    around = await _around(thought, event)
    reversed_ = together(event, around)
    if not reversed_:
        raise await _not_again(thought, event)
    await thought.append(*[_undone(each) for each in reversed_])
    known = {each.place: each for each in around}
    about = tuple(traced(each, known)[0] for each in reversed_)
    return Reversed(event.act, about, is_back=traced(event, known)[1])


def _undone(event: Event) -> Draft:
    draft = drafts.act_undone(event.subject, *event.place, author="wearer")
    return drafts.of_act(draft, event.act_id)


async def _around(reader: Reader, event: Event) -> list[Event]:
    if event.act_id is not None:
        return await reader.events_of_act(event.act_id)
    if await reader.is_forgotten(event.subject):
        return []
    return await reader.events_of(event.subject)


async def _not_again(reader: Reader, event: Event) -> NotFound:
    if await reader.is_forgotten(event.subject):
        sentence = f"The event {event.id} is about what was forgotten, and cannot be undone."
        return NotFound(sentence, advice="`afterthought log` lists the events that can.")
    return NotFound(
        f"The event {event.id} is undone already.",
        advice="`afterthought redo` brings back what the last undo took.",
    )


async def _named(reader: Reader, named: str) -> Event:
    """The newest event of the act, or the event `origin:seq`, or `seq` of this install's line.

    Act and origin may be shortened. Raises NotFound.
    """
    if event := await _event_named(reader, named):
        return event
    act = _only(named, await reader.acts_named(named)) if named else None
    latest = None if act is None else await reader.latest_of_act(act)
    if act is None or latest is None:
        sentence = f"There is no act {named}, and no event."
        raise NotFound(sentence, advice="`afterthought log` lists the events.")
    return _of_the_act(await reader.events_of_act(act)) or latest


async def _event_named(reader: Reader, named: str) -> Event | None:
    begun, _, seq = named.rpartition(":")
    if not (seq.isdecimal() and len(seq) < LONGEST_SEQ):
        return None
    origin = _only(begun, await reader.origins_named(begun)) if begun else await reader.origin()
    return await reader.event_at(origin or "", int(seq))


def _only(named: str, begun: Sequence[str]) -> str | None:
    """The one that is meant, if there is one. Raises Ambiguous."""
    if len(begun) > 1 and named not in begun:
        raise ambiguous(named, begun)
    return named if named in begun else next(iter(begun), None)


def _of_the_act(events: list[Event]) -> Event | None:
    return next((each for each in events if each.kind in ACTS), None)


async def _must_be_in(reader: Reader, waiting: Collection[Waiting]) -> None:
    """Where an act has not come into the archive at all, it is the last one. Raises ActWaits."""
    coming = [each for each in waiting if not await _is_in(reader, each)]
    if not coming:
        return
    count = sum(len(each.moments) for each in coming)
    subject = counted(count, "moment that you kept last is", "moments are")
    raise ActWaits(
        f"{subject} still being put in; nothing was taken back.",
        advice="Undo once that is done: `afterthought status` tells, and without a worker "
        "`afterthought process --once` does it.",
    )


async def _is_in(reader: Reader, waiting: Waiting) -> bool:
    if waiting.act is not None:
        return await reader.latest_of_act(waiting.act) is not None
    for moment in waiting.moments:
        if await reader.find_moment(moment) or await reader.is_forgotten(moment):
            return True
    return False


async def _last_act(reader: Reader) -> Event:
    """An event of the last act that counts; of a forget, too. Raises NotFound."""
    undone: set[tuple[str, int]] = set()
    async with contextlib.aclosing(reader.acts_backwards(AUTHORS)) as events:
        async for event in events:
            if event.place in undone:
                continue
            if event.kind == "act_undone":
                undone.add(event.undoes)
            elif event.kind == "moment_forgotten":
                raise NotFound(
                    "The last act is a forget, and that cannot be undone: the bytes are gone.",
                    advice="What came before it can be named: `afterthought log`, then "
                    "`afterthought undo ACT`.",
                )
            elif event.kind in ACTS and not await reader.is_forgotten(event.subject):
                return event
    advice = "Keep something first: `afterthought note TEXT`."
    if undone:
        advice = "`afterthought redo` brings back what the last undo took."
    raise NotFound("There is nothing to undo.", advice=advice)


async def _last_undo(reader: Reader) -> Event | None:
    """The newest undo that counts; None where another act came after it, or there is none."""
    undone: set[tuple[str, int]] = set()
    brought_back: set[str] = set()
    own = await reader.origin()
    async with contextlib.aclosing(reader.acts_backwards(AUTHORS)) as events:
        async for event in events:
            if event.kind != "act_undone":
                return None
            if event.place in undone:
                continue
            undone.add(event.undoes)
            if event.origin != own or event.author not in AUTHORS or event.act in brought_back:
                continue
            if await _takes_back(reader, event):
                return event
            brought_back.add(event.act)
    return None


async def _takes_back(reader: Reader, event: Event) -> bool:
    around = await reader.events_of(event.subject)
    return traced(event, {each.place: each for each in around})[1]
