"""The wearer's acts on an archive: hide, restore and undo, each one event that is appended.

They need no more of an archive than its port, so every kind of archive has them.
"""

from core.errors import NotFound
from pipeline.store.format import drafts
from pipeline.store.format.events import Event
from pipeline.store.port import Archive, Reader
from pipeline.store.views.moment_fold import MomentRow, undone_events

UNDOABLE = frozenset(
    {"moment_kept", "clip_revised", "moment_hidden", "moment_restored", "act_undone"}
)
"""What an undo may take back. Forgetting is not among them: its bytes are gone."""


async def hide(archive: Archive, moment: MomentRow) -> bool:
    """Put a moment out of sight; False where it was so already."""
    if moment.state == "hidden":
        return False
    await archive.append(drafts.moment_hidden(moment.id, author="wearer"))
    return True


async def restore(archive: Archive, moment: MomentRow) -> bool:
    """Show a moment again that was hidden, or whose keep was undone; False where it is seen."""
    if moment.state == "visible":
        return False
    await archive.append(drafts.moment_restored(moment.id, author="wearer"))
    return True


async def undo(archive: Archive, event: Event | None = None) -> Event:
    """Take back an event, or this origin's last act by the wearer or the agent.

    The event that was taken back. Raises NotFound where there is none, or where it
    cannot be undone.
    """
    target = event or await _last_act(archive)
    if target.kind not in UNDOABLE:
        sentence = f"The event {target.id} ({target.kind}) cannot be undone."
        raise NotFound(sentence, advice="`afterthought log` lists the events that can.")
    await _must_still_count(archive, target)
    await archive.append(
        drafts.act_undone(target.subject, target.origin, target.seq, author="wearer")
    )
    return target


async def event_named(archive: Reader, named: str) -> Event:
    """The event `origin:seq`, or `seq` in this install's own line. Raises NotFound."""
    origin, _, seq = named.rpartition(":")
    found = None
    if seq.isdecimal():
        found = await archive.event_at(origin or await archive.origin() or "", int(seq))
    if found is None:
        sentence = f"There is no event {named}."
        raise NotFound(sentence, advice="`afterthought log` lists the events.")
    return found


async def _last_act(archive: Reader) -> Event:
    latest = await archive.latest_events(
        1, authors=("wearer", "agent"), origin=await archive.origin() or ""
    )
    if not latest:
        sentence = "There is nothing to undo yet."
        raise NotFound(sentence, advice="Keep something first: `afterthought note TEXT`.")
    return latest[0]


async def _must_still_count(archive: Reader, target: Event) -> None:
    events = await archive.events_of(target.subject)
    if (target.origin, target.seq) in undone_events(events):
        sentence = f"The event {target.id} is undone already."
        raise NotFound(sentence, advice="Undo that undo to bring it back: `afterthought log`.")
