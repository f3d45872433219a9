"""The phones that are let in, as their page shows them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.sentences import say
from dashboard.sign_in.phones import Phone

from .dates import day_title
from .local_time import Clock


@dataclass(frozen=True, slots=True)
class ShownPhone:
    """One line of the page."""

    id: str
    name: str
    visited: str
    is_this: bool
    is_new: bool


def shown(
    phones: Iterable[tuple[Phone, int | None]], here: Phone | None, clock: Clock
) -> list[ShownPhone]:
    """Each phone with its last visit, as the phone `here` sees them."""
    unseen = () if here is None else here.unseen
    return [
        ShownPhone(
            phone.id,
            phone.name,
            _when(visited_ms, clock),
            here is not None and phone.id == here.id,
            phone.id in unseen,
        )
        for phone, visited_ms in phones
    ]


def _when(at_ms: int | None, clock: Clock) -> str:
    if at_ms is None:
        return say("phones.never")
    at = clock.at(at_ms)
    return say("search.when", day=day_title(at.date(), clock.today), time=f"{at:%H:%M}")
