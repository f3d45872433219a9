"""The sync service as a process (a root): meets the other copies of this archive.

It has no microphone, no model, and speaks to peers on the local network alone.
"""

import asyncio
import contextlib
import signal
import socket
import time
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from core import VERSION
from core.access.memory import FreedMemory
from core.access.peers import Address
from core.clock import SystemClock
from core.errors import UserError
from core.log import get_log
from core.machine import Profile, battery_percent, machine_name, profile
from core.paths import Home
from core.settings import Settings
from core.sync.status import only_service
from pipeline.refining.power import read_power
from pipeline.store.format.peer_drafts import Member
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.connection import hold_few_pages
from pipeline.store.sqlite.exchange.copy import SqliteCopy
from pipeline.store.sqlite.own.work import SqliteWork
from pipeline.worker.clock_correction import peers_time

from .address_book import AddressBook, note_address
from .addresses import doors, own_hosts
from .answering import Answers
from .called import CalledPeer
from .calling import Caller, Manners, Peer, Standing, called, meet_once
from .http.messages import Patience, Request
from .http.pace import Pace
from .http.sent import KeptCount, counting_sent
from .http.server import HttpServer, Limits
from .identity import Identity, open_identity
from .leaving.rule import Leaving
from .manners import (
    AskedBy,
    Supply,
    clocks_apart,
    gives_way,
    must_answer,
    why_nobody_is_called,
)
from .messages import Hello
from .peers.finding import Announcement, Found, find
from .requests import LEASE, Requests
from .standings import WELL, Standings, told_standing
from .tls import MembersDoor
from .work.lending import Lending, worker_status
from .work.running import keep_working

_LOOKS_AT_MEMBERS_S = 2.0

_LOOKS_AROUND_S = 30.0
"""Each look is a process that lives for two seconds; only while somebody is away."""

_MOST_CONNECTIONS = {"zero": 24, "full": 256}
"""By the profile. A peer has two while it waits for something new."""


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
    standings: Standings
    asked_by: dict[str, AskedBy] = field(default_factory=dict)
    leaving: Leaving | None = None
    lending: Lending | None = None
    sent: KeptCount | None = None
    has_to_erase: bool = False
    patience: Patience = field(default_factory=Patience)

    @property
    def profile(self) -> Profile:
        """Of this machine."""
        return profile(self.settings.machine.profile)

    async def members(self) -> dict[str, Member]:
        """Who is met, by key."""
        return dict((await self.copy.membership()).members)

    def answers(self, peer: str) -> Answers:
        """This copy as it speaks to that peer."""
        clock = SystemClock()
        made = Answers(self.copy, self.home.path, clock, peer=peer, version=VERSION)
        made.leaving, made.lending = self.leaving, self.lending
        made.heard, made.forgot = self.heard, self.note_forgotten
        made.reserve_bytes = self.settings.device.reserve_mb * 1_000_000
        return made

    def answers_caller(self, request: Request) -> Answers:
        """The same, where the peer has called. Raises Later."""
        must_answer(self.settings.sync, read_supply())
        is_about_work = self.lending is not None and self.lending.is_about_work(request.ended)
        if not is_about_work and request.path != LEASE:
            self.asked_by[request.peer] = AskedBy(time.monotonic(), request.path)
        return self.answers(request.peer)

    async def heard(self, peer: str, hello: Hello) -> None:
        """Compare the peer's clock with ours, or take its word where ours is not set."""
        now_ms = SystemClock().now_ms()
        self.standings.clocks[peer] = ""
        if hello.at_ms is not None and now_ms is not None:
            self.standings.clocks[peer] = clocks_apart(hello.at_ms, now_ms)
        elif hello.at_ms is not None:
            await peers_time(self.archive, SystemClock(), hello.at_ms)

    def peer(self, member: Member) -> Peer:
        """Where to call this member."""
        certificate = b64decode(member.certificate)
        return Peer(member.key, certificate, self.addresses(member.key), self.patience)

    def is_there(self, key: str) -> bool:
        """True while this peer is met, whoever calls."""
        standing = self.standings.by_key.get(key)
        return standing is not None and standing.state in WELL | {"meeting"}

    def last_met_ms(self, key: str) -> int | None:
        """When it was last there; None where that is not known."""
        return self.standings.met_ms(key)

    async def called(self, key: str) -> CalledPeer:
        """A connection of its own to this peer. Raises PeerGone and the like."""
        return await called(self.identity, self.peer((await self.members())[key]))

    async def hearing(self) -> list[str]:
        """The moments that this install's own worker is hearing now, and is to finish.

        A machine that needs minutes for words lends what it is at, too: who is done first, counts.
        """
        if profile(self.settings.machine.profile) == "zero":
            return []
        status = await worker_status(self.home.worker_socket)
        return [] if status is None else list(status["hearing"])

    def manners(self, key: str) -> Manners:
        """When this peer is called."""

        def how_it_stands() -> str | None:
            if self.leaving is not None and self.leaving.is_due(key):
                return None  # whoever has called does not ask what may leave here
            asked = self.asked_by.get(key)
            return None if asked is None else asked.how_it_stands(time.monotonic())

        return Manners(
            lambda: why_nobody_is_called(self.settings.sync, read_supply()),
            how_it_stands,
            lambda: gives_way(self.identity.key, key, self.asked_by.get(key), time.monotonic()),
            self.after,
        )

    async def after(self, _: Standing) -> None:
        """What a meeting leaves to do: bytes of what was forgotten, and to tell how it went."""
        await self.erase()
        self.standings.tell()

    def note_forgotten(self) -> None:
        """Bytes of what was forgotten may be left here, whoever has called and however it ended."""
        self.has_to_erase = True

    async def erase(self) -> None:
        """Erase them; where another program reads an older state of the archive, the next time."""
        if not self.has_to_erase:
            return
        from pipeline.forget import finish_forgetting  # noqa: PLC0415 - few meetings end so
        from pipeline.spool.spool import Spool  # noqa: PLC0415 - the same

        self.has_to_erase = False
        if not await finish_forgetting(self.archive, Spool(self.home.spool)):
            self.has_to_erase = True

    def write_down(self) -> None:
        """How things stand, and what was sent, where that is due."""
        self.standings.tell()
        if self.sent is not None:
            self.sent.look()


def read_supply() -> Supply:
    """How this machine is powered now."""
    return Supply(read_power().on_battery, battery_percent())


@contextlib.asynccontextmanager
async def syncing(home: Home, settings: Settings, addresses: Addresses) -> AsyncIterator[Syncing]:
    """This home's copy, open. Raises ArchiveUnusable, ArchiveInDoubt, IdentityUnusable."""
    identity = open_identity(home.path, machine_name())
    async with open_archive(home.path) as archive:
        if profile(settings.machine.profile) == "zero":
            await hold_few_pages(archive.connection)
        copy = SqliteCopy(archive, identity, settings.sync.most_forgotten)
        sync = Syncing(home, settings, archive, identity, copy, addresses, Standings(home.path))
        sync.patience = Patience(pace=Pace(settings.sync.most_kb_per_s))
        sync.lending = lending = Lending(SqliteWork(archive), SystemClock(), sync.hearing)
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
            standing = sync.standings.by_key[key] = Standing()
            await meet_once(sync.identity, sync.peer(member), sync.answers(key), standing)
            await sync.after(standing)
        names = {each.key: each.shown for each in await sync.archive.peers()}
        return [
            {"name": names.get(key, key[:16])} | told_standing(key, each)
            for key, each in sync.standings.by_key.items()
        ]


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
    """Follow who is a member: only for members is anything open, and only they are called.

    Ends once the last of them was removed.
    """
    calling: dict[str, asyncio.Task[None]] = {}
    looking = asyncio.create_task(look_around(sync, find))
    working = asyncio.create_task(keep_working(sync, sync.archive, sync.home, sync.settings))
    door, freed = _Door(sync), FreedMemory()
    had_members = False
    try:
        while True:
            members = await sync.members()
            if not members and (had_members or AddressBook(sync.home.path).drop_all()):
                get_log().info("sync_has_nobody_to_meet")
                return
            had_members = bool(members)
            await door.follow(members)
            _follow(sync, calling, members)
            await sync.erase()
            sync.write_down()
            freed.look()
            await asyncio.sleep(_LOOKS_AT_MEMBERS_S)
    finally:
        sync.standings.tell_last()
        for task in (looking, working, *calling.values()):
            task.cancel()
        await asyncio.gather(looking, working, *calling.values(), return_exceptions=True)
        await door.close()


def _follow(
    sync: Syncing, calling: dict[str, asyncio.Task[None]], members: Mapping[str, Member]
) -> None:
    """Call who is a member, and nobody else. Raises what ended a call for good."""
    for key in calling.keys() - members.keys():
        calling.pop(key).cancel()
        sync.standings.by_key.pop(key, None)
    for key in members.keys() - calling.keys():
        calling[key] = asyncio.create_task(_keep_calling(sync, key))
    for key, task in calling.items():
        if task.done():
            get_log().error("sync_calling_ended", peer=key[:16])
            task.result()


class _Door:
    """Where members meet this install: open, and announced on the network, once there is one."""

    def __init__(self, sync: Syncing) -> None:
        self._sync = sync
        self._tls = MembersDoor(sync.identity)
        self._server: HttpServer | None = None
        self._announcement = Announcement(SystemClock())

    async def follow(self, members: Mapping[str, Member]) -> None:
        """Admit these and nobody else. Raises SyncPortInUse."""
        sync = self._sync
        self._tls.admit({each.key: b64decode(each.certificate) for each in members.values()})
        if members and self._server is None:
            self._server = HttpServer(
                Requests(sync.answers_caller),
                self._tls.context,
                self._tls.key_of,
                patience=sync.patience,
                limits=Limits(_MOST_CONNECTIONS[sync.profile]),
            )
            self._server.listen(_doors(sync.settings.sync.port))
        if members:
            self._announcement.keep(sync.identity.key, sync.settings.sync.port, own_hosts())
        if sync.standings.names.keys() != members.keys() or "" in sync.standings.names.values():
            sync.standings.names = {each.key: each.name for each in await sync.archive.peers()}

    async def close(self) -> None:
        """Hang up, and announce nothing any more."""
        self._announcement.close()
        if self._server is not None:
            await self._server.close()


async def look_around(
    sync: Syncing, find_now: Callable[[Sequence[str]], Awaitable[Sequence[Found]]]
) -> None:
    """Never returns. Whoever is away is looked for on the network, and called there next time.

    What is announced is believed by nobody: the key is proven when it is called.
    """
    while True:
        away = [key for key, each in sync.standings.by_key.items() if each.state == "away"]
        for found in await find_now(own_hosts()) if away else ():
            for key in away:
                if key.startswith(found.id):
                    with contextlib.suppress(OSError):  # a full disk: it is looked for again
                        note_address(sync.home.path, key, found.address)
        await asyncio.sleep(_LOOKS_AROUND_S)


async def _keep_calling(sync: Syncing, key: str) -> None:
    standing = sync.standings.by_key[key] = Standing()
    members = await sync.members()
    caller = Caller(sync.identity, sync.answers(key), standing, sync.manners(key))
    await caller.keep_calling(lambda: sync.peer(members[key]))


def _doors(port: int) -> list[socket.socket]:
    """Sockets of both kinds of address. Raises SyncPortInUse."""
    try:
        return doors(port)
    except OSError as error:
        raise SyncPortInUse(
            f"The port {port} of sync cannot be used ({error.strerror}).",
            advice="Name another one: `port` below `[sync]` in the settings.",
        ) from error
