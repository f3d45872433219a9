"""Other machines that have a copy of this archive, as the page shows them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.sync.status import PeerStatus
from dashboard.sentences import say
from pipeline.store.format.peer_drafts import Role
from pipeline.store.peers import AskedToForget, ComingWords, KnownPeer, Whereabouts

from .dates import day_title
from .local_time import Clock

Coming = Mapping[str, ComingWords]
"""By id of a moment, the words that others are to make or bring, or this machine for others."""

NOTHING: Coming = {}


@dataclass(frozen=True, slots=True)
class ShownMachine:
    """One machine: its name, how things stand with it, and why; `facts` say when and what for."""

    name: str
    state: str
    why: str
    facts: str


@dataclass(frozen=True, slots=True)
class ShownForgets:
    """What a machine forgot that waits here, and by which line it is answered."""

    origin: str
    sentence: str


def machines(
    peers: Iterable[KnownPeer], statuses: Mapping[str, PeerStatus], clock: Clock, *, is_on: bool
) -> list[ShownMachine]:
    """Each of them. While sync does not run (`is_on`), nobody is being met."""
    return [_machine(each, statuses.get(each.key), clock, is_on=is_on) for each in peers]


def asked_to_forget(asked: Iterable[AskedToForget]) -> list[ShownForgets]:
    """A sentence for each machine that forgot so much that it waits."""
    return [
        ShownForgets(
            each.origin,
            say(
                "machines.forgot",
                machine=each.peer or say("machines.another"),
                count=each.moments,
            ),
        )
        for each in asked
    ]


def own_limits(role: Role | None) -> str:
    """What this machine may not do on the others, as these let it; empty where it may do all."""
    return say.of("own_role", role or "removed")


def kept_elsewhere(peers: Iterable[KnownPeer], role: Role | None) -> str:
    """Who keeps what is forgotten here, since this machine may not forget for them; else empty."""
    machines = ", ".join(each.shown for each in peers)
    return say("forget.kept_elsewhere", machines=machines) if machines and role != "full" else ""


def sound_told(where: Whereabouts) -> str:
    """Why a moment's sound cannot be played; empty where it can, or it has none."""
    return say.of("sound_place", where.sound, machine=where.bringer or say("machines.other"))


def not_there(where: Whereabouts, status: PeerStatus | None, clock: Clock, *, is_on: bool) -> str:
    """Why a sound that another machine is to bring does not come now; empty where it does."""
    if where.sound not in {"called_back", "to_come"}:
        return ""
    if not is_on:
        return say("machines.off")
    if status is None or status.is_there:
        return ""
    machine = where.bringer or say("machines.other")
    if status.met_ms is None:
        return say("machines.comes_once_met", machine=machine)
    return say("machines.comes_once_there", machine=machine, when=_when(status.met_ms, clock))


def words_told(coming: ComingWords | None) -> str:
    """Who makes a moment's words, or is to bring them; empty where this is nobody's to tell."""
    if coming is None:
        return ""
    if coming.is_here:
        return say("machines.words_made_here")
    machine = coming.by or say("machines.other")
    if coming.is_in_work:
        return say("machines.words_made_on", machine=machine)
    return say("machines.words_to_come", machine=machine)


def also_on(where: Whereabouts) -> str:
    """Which machine kept a moment, and where else it is; empty where that is this one alone."""
    told = [say("machines.kept_on", machine=where.kept_on)] if where.kept_on else []
    if where.sound in {"here", "none"} and where.also_on:
        told.append(say("machines.also_on", machines=", ".join(where.also_on)))
    return " ".join(told)


def _machine(
    peer: KnownPeer, status: PeerStatus | None, clock: Clock, *, is_on: bool
) -> ShownMachine:
    code = status.state if status is not None and is_on else "off"
    times = [] if status is None else _times(status, clock, is_on=is_on)
    why = status.sentence if status is not None and is_on else ""
    facts = " · ".join(filter(None, [*times, say.of("machine_role", peer.role)]))
    return ShownMachine(peer.shown, say.of("machine_state", code), why, facts)


def _times(status: PeerStatus, clock: Clock, *, is_on: bool) -> list[str]:
    met = say("machines.never_met")
    if status.met_ms is not None:
        met = say("machines.last_met", when=_when(status.met_ms, clock))
    if not is_on or status.next_try_ms is None:
        return [met]
    return [met, say("machines.next_try", when=_when(status.next_try_ms, clock))]


def _when(at_ms: int, clock: Clock) -> str:
    at = clock.at(at_ms)
    return say("search.when", day=day_title(at.date(), clock.today), time=f"{at:%H:%M}")
