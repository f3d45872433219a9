"""The sync service as a process (a root): meets the other copies of this archive.

It has no microphone, no model, and speaks to peers on the local network alone.
"""

import asyncio
import contextlib
import json
import signal
import socket
import time
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from core import VERSION
from core.access.memory import FreedMemory
from core.clock import SystemClock
from core.errors import UserError
from core.files import make_folder, write_durably
from core.log import get_log
from core.machine import machine_name, profile
from core.paths import Home
from core.settings import Settings
from core.sync.status import STATE_FILE, only_service, read_peer_statuses
from pipeline.forget import finish_forgetting
from pipeline.refining.power import read_power
from pipeline.spool.spool import Spool
from pipeline.store.format.peer_drafts import Member
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.connection import hold_few_pages
from pipeline.store.sqlite.exchange.copy import SqliteCopy
from pipeline.store.sqlite.own.work import SqliteWork

from .address_book import Address, note_address
from .addresses import doors, own_hosts
from .answering import Answers
from .called import CalledPeer
from .calling import CALLED_LATELY_S, Caller, Manners, Peer, Standing, called, meet_once
from .http.sent import KeptCount, counting_sent
from .http.server import HttpServer
from .identity import FOLDER, Identity, open_identity
from .leaving.rule import Leaving
from .peers.finding import Announcement, Found, find
from .requests import Requests
from .tls import MembersDoor
from .work.lending import Lending, worker_status
from .work.running import keep_working

_LOOKS_AT_MEMBERS_S = 2.0

_LOOKS_AROUND_S = 30.0
"""Each look is a process that lives for two seconds; only while somebody is away."""

_WELL = frozenset({"met", "refused"})
"""The states in which the peer was there."""


class NoPeers(UserError):
    """There is nobody to meet."""

    code = "no_peers"


class SyncRuns(UserError):
    """Another service meets the peers of this archive."""

    code = "sync_runs"


class SyncPortInUse(UserError):
    """Another program listens at the port of sync."""

    code = "port_in_use"


Addresses = Callable[[str], Sequence[Address]]
"""Where a peer may be, by its key."""


@dataclass(slots=True)
class Syncing:
    """This copy with its key, and how things stand with each peer."""

    home: Home
    settings: Settings
    archive: SqliteArchive
    identity: Identity
    copy: SqliteCopy
    addresses: Addresses
    standings: dict[str, Standing] = field(default_factory=dict)
    called_us_s: dict[str, float] = field(default_factory=dict)
    met_ms: dict[str, int | None] = field(default_factory=dict)
    told: dict[str, dict[str, object]] | None = None
    leaving: Leaving | None = None
    lending: Lending | None = None
    sent: KeptCount | None = None

    async def members(self) -> dict[str, Member]:
        """Who is met, by key."""
        return dict((await self.copy.membership()).members)

    def answers(self, peer: str) -> Answers:
        """This copy as it speaks to that peer."""
        clock = SystemClock()
        made = Answers(self.copy, self.home.path, clock, peer=peer, version=VERSION)
        made.leaving, made.lending = self.leaving, self.lending
        return made

    def answers_caller(self, peer: str) -> Answers:
        """The same, where the peer has called."""
        self.called_us_s[peer] = time.monotonic()
        return self.answers(peer)

    def peer(self, member: Member) -> Peer:
        """Where to call this member."""
        return Peer(member.key, b64decode(member.certificate), self.addresses(member.key))

    def is_there(self, key: str) -> bool:
        """True while this peer is met, whoever calls."""
        standing = self.standings.get(key)
        return standing is not None and standing.state in _WELL

    def last_met_ms(self, key: str) -> int | None:
        """When it was last there; None where that is not known."""
        return self.met_ms.get(key)

    async def called(self, key: str) -> CalledPeer:
        """A connection of its own to this peer. Raises PeerGone and the like."""
        return await called(self.identity, self.peer((await self.members())[key]))

    async def hearing(self) -> list[str]:
        """The moments that this install's own worker is hearing now."""
        status = await worker_status(self.home.worker_socket)
        return [] if status is None else list(status["hearing"])

    def why_wait(self) -> str | None:
        """Why nobody is called now; None where nothing is against it."""
        when = self.settings.sync.when
        if when == "asked":
            return "It meets others when it is asked to: `afterthought sync --once`."
        if when == "power" and read_power().on_battery:
            return "The machine runs on its battery."
        return None

    async def after(self, standing: Standing) -> None:
        """What a meeting leaves to do: bytes of what was forgotten, and to tell how it went."""
        if standing.met.forgotten:
            await finish_forgetting(self.archive, Spool(self.home.spool))
        self.tell()

    def tell(self) -> None:
        """Write down how things stand, for whoever shows it; nothing where that is written."""
        before = self.told or {}
        for key, each in self.standings.items():
            if each.state in _WELL and before.get(key, {}).get("state") not in _WELL:
                self.met_ms[key] = SystemClock().now_ms()
        told = {key: self._told(key, each) for key, each in self.standings.items()}
        if told == self.told:
            return
        try:
            folder = make_folder(self.home.path / FOLDER)
            write_durably(folder / STATE_FILE, [json.dumps(told).encode() + b"\n"])
            self.told = told
        except OSError as error:
            get_log().warning("sync_state_not_written", fault=type(error).__name__)

    def _told(self, key: str, standing: Standing) -> dict[str, object]:
        """What the file has of a peer. The next try is told of who was not met: cards wear out."""
        told = {"state": standing.state, "sentence": standing.sentence}
        is_due = standing.state in {"away", "refused"}
        next_ms = _wall_ms(standing.next_try_s) if is_due else None
        return {**told, "met_ms": self.met_ms.get(key), "next_try_ms": next_ms}

    def write_down(self) -> None:
        """How things stand, and what was sent, where that is due."""
        self.tell()
        if self.sent is not None:
            self.sent.look()

    def tell_last(self) -> None:
        """The same at the end: who is met now was met until now."""
        self.told = None
        self.tell()

    def remember(self) -> None:
        """When each was met last, as far as that was written down."""
        with contextlib.suppress(OSError):
            known = read_peer_statuses(self.home.path)
            self.met_ms = {key: each.met_ms for key, each in known.items()}


def _wall_ms(at_s: float | None) -> int | None:
    """What the wall clock will show then, to the second; None where it is not set."""
    now_ms = SystemClock().now_ms()
    if at_s is None or now_ms is None:
        return None
    return round(now_ms / 1000 + at_s - time.monotonic()) * 1000


def told_standing(key: str, standing: Standing) -> dict[str, object]:
    """How things stand with a peer, as JSON: what `sync --json` prints a line of."""
    next_s = standing.next_try_s
    return {
        "peer": key[:16],
        "state": standing.state,
        "sent": standing.met.sent,
        "received": standing.met.received,
        "sound_bytes": standing.met.sound_bytes,
        "wire_bytes": standing.wire_bytes,
        "ms": standing.took_ms,
        "forgotten": standing.met.forgotten,
        "waiting": standing.met.waiting,
        "lacking": standing.met.is_lacking,
        "sentence": standing.sentence,
        "next_try_s": None if next_s is None else max(0, round(next_s - time.monotonic())),
    }


@contextlib.asynccontextmanager
async def syncing(home: Home, settings: Settings, addresses: Addresses) -> AsyncIterator[Syncing]:
    """This home's copy, open. Raises ArchiveUnusable, ArchiveInDoubt, IdentityUnusable."""
    identity = open_identity(home.path, machine_name())
    async with open_archive(home.path) as archive:
        if profile(settings.machine.profile) == "zero":
            await hold_few_pages(archive.connection)
        copy = SqliteCopy(archive, identity, settings.sync.most_forgotten)
        sync = Syncing(home, settings, archive, identity, copy, addresses)
        sync.lending = lending = Lending(SqliteWork(archive), SystemClock(), sync.hearing)
        sync.remember()
        if (days := settings.sync.sound_leaves_after_days) is not None:
            sync.leaving = Leaving(days)
        with counting_sent(home.path) as sync.sent:
            try:
                yield sync
            finally:
                await lending.aclose()


async def once(home: Home, settings: Settings, addresses: Addresses) -> list[dict[str, object]]:
    """One meeting with each peer; how it went, a line for each. Raises NoPeers."""
    async with syncing(home, settings, addresses) as sync:
        members = await sync.members()
        if not members:
            raise NoPeers(
                "No other machine has a copy of this archive yet.",
                advice="Introduce one by `afterthought peers add`, here and there.",
            )
        for key, member in members.items():
            standing = sync.standings[key] = Standing()
            await meet_once(sync.identity, sync.peer(member), sync.answers(key), standing)
            await sync.after(standing)
        return [told_standing(key, each) for key, each in sync.standings.items()]


async def run(home: Home, settings: Settings, addresses: Addresses) -> None:
    """The service: answer peers and call them until told to stop. Raises SyncRuns."""
    with only_service(home.path) as is_alone:
        if not is_alone:
            raise SyncRuns(
                "The sync service of this archive runs already.",
                advice="Leave it to that one, or stop it first.",
            )
        await _run(home, settings, addresses)


async def _run(home: Home, settings: Settings, addresses: Addresses) -> None:
    async with syncing(home, settings, addresses) as sync:
        await SqliteWork(sync.archive).begin_anew()
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        work = asyncio.create_task(_work(sync))
        stop = asyncio.create_task(stopped.wait())
        await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        for task in (work, stop):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


async def _work(sync: Syncing) -> None:
    """Follow who is a member: only for members is anything open, and only they are called."""
    door = MembersDoor(sync.identity)
    server: HttpServer | None = None
    calling: dict[str, asyncio.Task[None]] = {}
    announcement = Announcement(SystemClock())
    looking = asyncio.create_task(look_around(sync, find))
    freed = FreedMemory()
    working = asyncio.create_task(keep_working(sync, sync.archive, sync.home, sync.settings))
    try:
        while True:
            members = await sync.members()
            door.admit({each.key: b64decode(each.certificate) for each in members.values()})
            if members and server is None:
                server = HttpServer(Requests(sync.answers_caller), door.context, door.key_of)
                server.listen(_doors(sync.settings.sync.port))
            if members:
                announcement.keep(sync.identity.key, sync.settings.sync.port, own_hosts())
            for key in calling.keys() - members.keys():
                calling.pop(key).cancel()
                sync.standings.pop(key, None)
            for key in members.keys() - calling.keys():
                calling[key] = asyncio.create_task(_keep_calling(sync, key))
            for key, task in calling.items():
                if task.done():
                    get_log().error("sync_calling_ended", peer=key[:16])
                    task.result()
            sync.write_down()
            freed.look()
            await asyncio.sleep(_LOOKS_AT_MEMBERS_S)
    finally:
        sync.tell_last()
        announcement.close()
        for task in (looking, working, *calling.values()):
            task.cancel()
        await asyncio.gather(looking, working, *calling.values(), return_exceptions=True)
        if server is not None:
            await server.close()


async def look_around(
    sync: Syncing, find_now: Callable[[Sequence[str]], Awaitable[Sequence[Found]]]
) -> None:
    """Never returns. Whoever is away is looked for on the network, and called there next time.

    What is announced is believed by nobody: the key is proven when it is called.
    """
    while True:
        away = [key for key, each in sync.standings.items() if each.state == "away"]
        for found in await find_now(own_hosts()) if away else ():
            for key in away:
                if key.startswith(found.id):
                    with contextlib.suppress(OSError):  # a full disk: it is looked for again
                        note_address(sync.home.path, key, found.address)
        await asyncio.sleep(_LOOKS_AROUND_S)


async def _keep_calling(sync: Syncing, key: str) -> None:
    standing = sync.standings[key] = Standing()
    members = await sync.members()

    def peer_now() -> Peer:
        return sync.peer(members[key])

    def lately() -> bool:
        if sync.leaving is not None and sync.leaving.is_due(key):
            return False  # whoever has called does not ask what may leave here
        at_s = sync.called_us_s.get(key)
        return at_s is not None and time.monotonic() - at_s < CALLED_LATELY_S

    manners = Manners(sync.why_wait, lately, sync.after)
    caller = Caller(sync.identity, sync.answers(key), standing, manners)
    await caller.keep_calling(peer_now)


def _doors(port: int) -> list[socket.socket]:
    """Sockets of both kinds of address. Raises SyncPortInUse."""
    try:
        return doors(port)
    except OSError as error:
        raise SyncPortInUse(
            f"The port {port} of sync cannot be used ({error.strerror}).",
            advice="Name another one: `port` below `[sync]` in the settings.",
        ) from error
