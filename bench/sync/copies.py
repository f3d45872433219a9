"""What happens to whole copies in a history: images put back, cards cloned, peers that go and come.

The first copy is never removed or limited: in the end, the others are compared with it.
"""

import random
import shutil
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from core.paths import Home
from pipeline.exchange.backup import back_up
from pipeline.exchange.restore import restore
from pipeline.store.format.peer_drafts import ROLES
from pipeline.store.sound_files import sound_files

from .installs import Install, install

_MOST_CLONES = 1


@dataclass(slots=True)
class Copies:
    """The copies of one history, open. `machines` says by number on which machine each is.

    `kept` are the moments that were ever kept, `lost` those, and the sounds, that an image took
    with it before anybody else had them. `stop` is called before the files of a copy are touched
    from outside.
    """

    folder: Path
    chance: random.Random
    machine: bytes | None = None
    all_: list[Install] = field(default_factory=list)
    machines: list[bytes] = field(default_factory=list)
    images: list[tuple[int, Path]] = field(default_factory=list)
    backups: list[tuple[int, Path]] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    limited: set[str] = field(default_factory=set)
    stop: Callable[[int], None] = lambda _: None
    reopened: Callable[[Install], None] = lambda _: None
    clones: bool = True
    _open: list[AsyncExitStack] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for each in self._open:
            await each.aclose()

    async def begin(self, machine: bytes | None = None) -> Install:
        """One copy more, with a home of its own."""
        number = len(self.all_)
        self.machines.append(machine or self.machine or f"machine {number}".encode())
        self._open.append(AsyncExitStack())
        self.all_.append(await self._opened(number))
        return self.all_[-1]

    async def stranger(self) -> Install:
        """An install that is none of the copies, open for as long as they are."""
        self._open.append(AsyncExitStack())
        opened = install(self.folder, len(self.all_), name="stranger", machine=self.machine)
        return await self._open[-1].enter_async_context(opened)

    async def _opened(self, number: int) -> Install:
        opened = install(self.folder, number, self.chance, machine=self.machines[number])
        return await self._open[number].enter_async_context(opened)

    async def closed(self, number: int) -> Path:
        """The home of this copy, which nobody has open any more."""
        self.stop(number)
        await self._open[number].aclose()
        return self.all_[number].home

    async def open_again(self, number: int) -> None:
        """With another clock, as a machine may have that was off."""
        self.all_[number] = await self._opened(number)
        self.reopened(self.all_[number])

    async def note_kept(self, one: Install) -> set[str]:
        """The moments that this copy knows of."""
        query = "SELECT DISTINCT subject FROM event WHERE kind = 'moment_kept'"
        rows = await one.archive.connection.execute_fetchall(query)
        found = {row[0] for row in rows}
        self.kept |= found
        return found

    async def note_lost(self, number: int) -> None:
        """What this copy alone has: it is about to be set back."""
        own = await self.note_kept(self.all_[number])
        own.update(sound_files(self.all_[number].home))
        for each in self.all_:
            if each.number != number:
                own -= await self.note_kept(each)
                own.difference_update(sound_files(each.home))
        self.lost |= own


Act = Callable[[Copies], Awaitable[None]]


async def happen(copies: Copies) -> str:
    """One thing at random; its name."""
    name = copies.chance.choices([*HAPPENS], [weight for weight, _ in HAPPENS.values()])[0]
    await HAPPENS[name][1](copies)
    return name


async def _take_image(copies: Copies) -> None:
    one = copies.chance.choice(copies.all_)
    image = copies.folder / f"image-{len(copies.images)}"
    home = await copies.closed(one.number)
    shutil.copytree(home, image)
    await copies.open_again(one.number)
    copies.images.append((one.number, image))


async def _put_image_back(copies: Copies) -> None:
    """On the same machine: its database, its sound and its key are as they were."""
    if not copies.images:
        return
    number, image = copies.chance.choice(copies.images)
    await copies.note_lost(number)
    home = await copies.closed(number)
    shutil.rmtree(home)
    shutil.copytree(image, home)
    await copies.open_again(number)


async def _clone(copies: Copies) -> None:
    """An image on another card, in a machine that cannot be told from the first one."""
    if not copies.clones or not copies.images or _clones(copies) >= _MOST_CLONES:
        return
    number, image = copies.chance.choice(copies.images)
    shutil.copytree(image, copies.folder / f"install-{len(copies.all_)}")
    await copies.begin(copies.machines[number])


def _clones(copies: Copies) -> int:
    return len(copies.all_) - len(set(copies.machines))


async def _back_up(copies: Copies) -> None:
    one = copies.chance.choice(copies.all_)
    file = copies.folder / f"backup-{len(copies.backups)}"
    home = await copies.closed(one.number)
    await back_up(Home(home), file, _no_meter)
    await copies.open_again(one.number)
    copies.backups.append((one.number, file))


async def _restore_backup(copies: Copies) -> None:
    """Of its own: the others remember more."""
    if not copies.backups:
        return
    number, file = copies.chance.choice(copies.backups)
    await copies.note_lost(number)
    home = await copies.closed(number)
    await restore(Home(home), file, _no_meter, yes=True)
    await copies.open_again(number)


async def _give_role(copies: Copies) -> None:
    """The wearer says at the first machine what another one may do, or that it is none of his."""
    first, others = copies.all_[0], _others(copies)
    if not others:
        return
    other = copies.chance.choice(others)
    role = copies.chance.choice((*ROLES, None))
    if role is None:
        if await first.knows(other):
            await first.removes(other)
    else:
        await first.adds(other, role)
        await other.adds(first)
    if role != "full":
        copies.limited.add(other.identity.key)


def _others(copies: Copies) -> list[Install]:
    """All but the first, and what was cloned from it."""
    return [each for each in copies.all_ if each.identity.key != copies.all_[0].identity.key]


async def _set_clock(copies: Copies) -> None:
    """By a time server that is wrong, by hand, or not at all since the machine began."""
    year_ms = 365 * 86_400_000
    one = copies.chance.choice(copies.all_)
    years = copies.chance.choice((0, 1, 30, 100, None))
    one.clock.set(None if years is None else _NOW_MS + years * year_ms)


_NOW_MS = 1_790_000_000_000


def _no_meter(_: int, __: int) -> None:
    pass


HAPPENS: Mapping[str, tuple[int, Act]] = {
    "take_image": (4, _take_image),
    "put_image_back": (4, _put_image_back),
    "clone": (1, _clone),
    "back_up": (2, _back_up),
    "restore_backup": (2, _restore_backup),
    "give_role": (4, _give_role),
    "set_clock": (3, _set_clock),
}
"""How often, and what happens."""
