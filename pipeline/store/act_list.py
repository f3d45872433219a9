"""The wearer's last acts, newest first, for who wants to take back another than the last."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.store.acts import AUTHORS
from pipeline.store.format.events import Event
from pipeline.store.port import Reader
from pipeline.store.views.act_fold import ACTS

_PLACE = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: its events, newest first, and the undo that took all of it back, where one did."""

    events: tuple[Event, ...]
    undo: Event | None = None

    @property
    def is_forget(self) -> bool:
        return self.events[0].kind == "moment_forgotten"

    @property
    def reversed_by(self) -> str:
        """What `undo` is to be given to take it back, or, where it is undone, to bring it back."""
        return self.events[0].act if self.undo is None else self.undo.id


async def latest_acts(reader: Reader, most: int) -> list[Act]:
    """The last acts by the wearer or the agent, `most` of them; none about what was forgotten.

    A forget is among them, though nothing can take it back.
    """
    undone: dict[_PLACE, Event] = {}
    acts: dict[str, list[Event]] = {}
    async with contextlib.aclosing(reader.acts_backwards(AUTHORS)) as events:
        async for event in events:
            if event.kind == "act_undone":
                if event.place not in undone:
                    undone[event.undoes] = event
            elif await _is_shown(reader, event):
                if event.act not in acts and len(acts) == most:
                    break
                acts.setdefault(event.act, []).append(event)
    return [Act(tuple(each), _undo_of(each, undone)) for each in acts.values()]


async def _is_shown(reader: Reader, event: Event) -> bool:
    if event.kind == "moment_forgotten":
        return True
    return event.kind in ACTS and not await reader.is_forgotten(event.subject)


def _undo_of(events: list[Event], undone: Mapping[_PLACE, Event]) -> Event | None:
    """The newest undo, where each of the events is undone."""
    undos = [undone.get(event.place) for event in events]
    return None if None in undos else undos[0]
