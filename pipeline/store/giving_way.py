"""What was kept without a press gives way to a press that holds the same sound.

Whichever of the two is stored last looks for the other, so that either may come first. What gave
way is hidden by an event of the press's act: to undo that act shows it again.
"""

from core.spool_port import Clip
from pipeline.store.format import drafts
from pipeline.store.format.events import Event
from pipeline.store.port import Archive, Reader

LOOK_BACK = 32
"""Keeps, the newest: a press that came first came a moment before."""

_KEEPS = ("moment_kept", "clip_revised")


async def give_way(archive: Archive, clip: Clip) -> None:
    """After this clip was kept, hide what is not to stand beside it. Repeating is harmless."""
    if clip.how == "selected":
        press = await _press_over(archive, clip.id)
        if press is not None:
            await _hide(archive, clip.id, press)
    elif clip.replaces:
        kept = await _keep_of(archive, clip)
        for moment in clip.replaces:
            if kept is not None:
                await _hide(archive, moment, kept)


async def _press_over(reader: Reader, moment: str) -> Event | None:
    for kind in _KEEPS:
        for event in await reader.latest_events(LOOK_BACK, kind=kind):
            if moment in event.payload.get("replaces", []):
                return event
    return None


async def _keep_of(reader: Reader, clip: Clip) -> Event | None:
    events = await reader.events_of(clip.id)
    return next(
        (e for e in events if e.kind in _KEEPS and e.payload["revision"] == clip.revision), None
    )


async def _hide(archive: Archive, moment: str, press: Event) -> None:
    """Once by this act: whoever has it shown again meanwhile is not contradicted."""
    async with archive.thought() as thought:
        row, events = await thought.find_moment(moment), await thought.events_of(moment)
        hid = any(each.kind == "moment_hidden" and each.act_id == press.act_id for each in events)
        if row is not None and row.state == "visible" and row.how == "selected" and not hid:
            hidden = drafts.moment_hidden(moment, author="wearer")
            await thought.append(drafts.of_act(hidden, press.act_id))
