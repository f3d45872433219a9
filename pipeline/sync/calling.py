"""Calling one peer: a meeting, then another one whenever either side has something new."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from core.access.peers import Address
from core.errors import UserError
from pipeline.store.exchange_port import Head

from .answering import Answers, is_beyond
from .called import CalledPeer
from .http.client import HttpClient
from .http.errors import Later, PeerGone, PeerRefused, PeerUnknown
from .http.messages import Patience
from .identity import Identity
from .meeting import meet
from .met import Met
from .remote import ENDINGS
from .tls import caller_context

FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 300.0
"""Between two tries; it doubles, and begins anew once a meeting has ended well."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer that is called: its key, its certificate (DER), where it was met, how it is met."""

    key: str
    certificate: bytes
    addresses: Sequence[Address]
    patience: Patience = field(default_factory=Patience)


@dataclass(slots=True)
class Standing:
    """How things stand with a peer. `next_try_s` is by the monotonic clock.

    `state` is one of `waiting`, `meeting`, `met`, `away`, `refused`; `sentence` says why.
    """

    state: str = "waiting"
    sentence: str = ""
    met: Met = field(default_factory=Met)
    next_try_s: float | None = None
    wire_bytes: int = 0
    took_ms: int = 0

    def note(self, met: Met, began_s: float) -> None:
        """A meeting that began then has ended so."""
        self.met = met
        self.state = "refused" if met.refused else "met"
        self.sentence = " ".join(met.refused)
        self.took_ms = round((time.monotonic() - began_s) * 1000)

    def end(self, error: UserError) -> None:
        """No meeting came about, or it was cut. A peer that asks us to come later is there."""
        is_later = isinstance(error, PeerRefused) and error.refusal == Later.code
        self.state = "waiting" if is_later else "away"
        self.sentence = error.sentence


async def called(identity: Identity, peer: Peer) -> CalledPeer:
    """The peer at the first of its addresses that answers. Raises PeerGone, PeerUnknown."""
    if not peer.addresses:
        raise PeerGone(
            "No address of it is known, and it was not found on this network.",
            advice="Start it there, or name its address: `afterthought peers add ADDRESS`.",
        )
    failed: UserError | None = None
    for host, port in peer.addresses:
        context = caller_context(identity, peer.certificate)
        try:
            client = await HttpClient.connect(host, port, context, peer.certificate, peer.patience)
        except (PeerUnknown, *ENDINGS) as error:
            if not isinstance(failed, PeerUnknown):  # that says more than that nobody answers
                failed = error
            continue
        return CalledPeer(client, peer.key)
    assert failed is not None
    raise failed


async def meet_once(identity: Identity, peer: Peer, here: Answers, standing: Standing) -> None:
    """One meeting, of which `standing` tells. Never raises UserError."""
    began_s = time.monotonic()
    standing.state, standing.sentence = "meeting", ""
    try:
        remote = await called(identity, peer)
        try:
            standing.note(await meet(here, remote), began_s)
        finally:
            standing.wire_bytes = remote.wire_bytes
            await remote.close()
    except UserError as error:
        standing.end(error)
        standing.took_ms = round((time.monotonic() - began_s) * 1000)


@dataclass(frozen=True, slots=True)
class Manners:
    """When nobody is called, and what follows a meeting.

    `why_wait` has a sentence where something is against it; `lately` says how it stands where the
    peer has called us; `gives_way` is true where its meeting does for both; `after` is told of
    each meeting.
    """

    why_wait: Callable[[], str | None]
    lately: Callable[[], str | None]
    gives_way: Callable[[], bool]
    after: Callable[[Standing], Awaitable[None]]


class Caller:
    """Keeps one peer at the same state as this copy, for as long as it runs."""

    def __init__(
        self, identity: Identity, here: Answers, standing: Standing, manners: Manners
    ) -> None:
        self._identity, self._here, self._standing = identity, here, standing
        self._manners = manners

    async def keep_calling(self, peer_now: Callable[[], Peer]) -> None:
        """Never returns. `peer_now` may know other addresses each time."""
        pause_s = FIRST_PAUSE_S
        while True:
            standing, is_well = self._standing, True
            if why := self._manners.why_wait():
                standing.state, standing.sentence = "waiting", why
            elif (how := self._manners.lately()) is not None:
                standing.state, standing.sentence = how, ""  # it has called us
            else:
                await self._meetings(peer_now())
                await self._manners.after(standing)
                is_well = standing.state == "met"
            pause_s = FIRST_PAUSE_S if is_well else min(2 * pause_s, LONGEST_PAUSE_S)
            self._standing.next_try_s = time.monotonic() + pause_s
            await asyncio.sleep(pause_s)

    async def _meetings(self, peer: Peer) -> None:
        """One after the other over one connection, until it ends."""
        began_s, again_s = time.monotonic(), FIRST_PAUSE_S
        standing = self._standing
        standing.state, standing.sentence, standing.next_try_s = "meeting", "", None
        try:
            remote = await called(self._identity, peer)
            try:
                while not self._manners.why_wait():
                    met = await meet(self._here, remote, self._manners.gives_way)
                    standing.note(met, began_s)
                    standing.wire_bytes = remote.wire_bytes
                    await self._manners.after(standing)
                    if self._manners.gives_way():
                        break
                    is_whole = not (standing.met.refused or standing.met.is_lacking)
                    again_s = FIRST_PAUSE_S if is_whole else min(2 * again_s, LONGEST_PAUSE_S)
                    known = await self._known(remote)
                    if not is_whole or not _wrote_meanwhile(met, known):
                        within_s = self._looks_again_s() if is_whole else again_s
                        await self._something_new(peer, known, within_s)
                    began_s, standing.state = time.monotonic(), "meeting"
            finally:
                await remote.close()
        except UserError as error:
            standing.end(error)

    def _looks_again_s(self) -> float | None:
        """After how long they meet where nothing is new: some sound may leave then."""
        leaving = self._here.leaving
        return None if leaving is None else max(FIRST_PAUSE_S, leaving.in_s(self._here.peer))

    async def _known(self, remote: CalledPeer) -> dict[str, Head]:
        """How far each line has come on either side: what is refused is not asked for for ever."""
        mine = await self._here.own_hello()
        theirs = await remote.hello(mine)
        await self._here.note_heads(theirs.heads)
        known = dict(mine.heads)
        for origin, head in theirs.heads.items():
            known[origin] = max(head, known.get(origin, head))
        return known

    async def _something_new(
        self, peer: Peer, known: dict[str, Head], within_s: float | None
    ) -> None:
        """Return once either of the two has more than that; or after so long.

        What was refused or lacking may be there by then, which no line tells.
        """
        listening = await called(self._identity, peer)
        ours, theirs = self._standing.met.wishes
        waits = {
            asyncio.create_task(self._here.wait_beyond(known, math.inf, ours)),
            asyncio.create_task(_until_beyond(listening, known, theirs)),
        }
        try:
            ended, _ = await asyncio.wait(
                waits, timeout=within_s, return_when=asyncio.FIRST_COMPLETED
            )
            for each in ended:
                each.result()
        finally:
            for each in waits:
                each.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
            await listening.close()


def _wrote_meanwhile(met: Met, known: Mapping[str, Head]) -> bool:
    """True where one of the two wrote while they met: the other may lack it, and waits for more."""
    return any(known.get(origin) != head for origin, head in met.began_at.items())


async def _until_beyond(peer: CalledPeer, known: Mapping[str, Head], wishes: int) -> None:
    while True:  # it says so after a while, too, where nothing is new
        hello = await peer.wait_beyond(known, wishes)
        if is_beyond(hello.heads, known) or hello.wishes > wishes:
            return
