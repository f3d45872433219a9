"""A laptop that has met a pendant: an archive that another machine has a copy of, too."""

import asyncio
import json
import random
from dataclasses import dataclass
from pathlib import Path

from bench.sync.histories import ACTS
from bench.sync.installs import install
from core.machine import machine_name
from pipeline.store.format.peer_drafts import Role
from pipeline.store.sound_files import sound_path


@dataclass(frozen=True)
class Copies:
    """The laptop's home, the pendant's key, and the one moment that both have, with its sound."""

    home: Path
    key: str
    sound: Path
    with_sound: str


def two_copies(folder: Path) -> Copies:
    """After two meetings, with three moments forgotten on the pendant where one may be."""

    async def meet() -> Copies:
        laptop_here = install(folder, 1, most_forgotten=1, machine=machine_name())
        async with install(folder, 0) as pendant, laptop_here as laptop:
            await pendant.adds(laptop)
            await laptop.adds(pendant)
            notes = [await pendant.note(f"thought {number}") for number in range(3)]
            await ACTS["keep"][1](pendant, random.Random(1))
            await laptop.meets(pendant)
            await pendant.forget(*notes)
            await laptop.meets(pendant)
            (row,) = [each for each in await laptop.archive.moments() if each.sound]
            assert row.sound is not None
            key = pendant.identity.key
            return Copies(laptop.home, key, sound_path(laptop.home, row.sound), row.id)

    return asyncio.run(meet())


def limit(copies: Copies, role: Role) -> None:
    """Have the pendant say what the laptop may do, and the laptop hear of it."""

    async def meet() -> None:
        folder = copies.home.parent
        laptop_here = install(folder, 1, machine=machine_name())
        async with install(folder, 0) as pendant, laptop_here as laptop:
            await pendant.adds(laptop, role)
            await laptop.meets(pendant)

    asyncio.run(meet())


def tell(copies: Copies, **told: object) -> None:
    """As an introduction and the sync service leave their files."""
    (copies.home / "sync" / "peers.json").write_text(json.dumps({copies.key: {}}))
    (copies.home / "sync" / "state.json").write_text(json.dumps({copies.key: told}))
