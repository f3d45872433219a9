"""The answer to a forget names the other machines with a copy."""

import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bench.sync.installs import Install, install
from core.machine import machine_name
from tests.pipeline.sync.peers.test_peers_command import ran, started


@contextlib.asynccontextmanager
async def two(folder: Path) -> AsyncIterator[tuple[Install, Install]]:
    """A pendant on this machine, so that commands are its own, and a laptop that it knows."""
    chance = random.Random(1)
    async with (
        install(folder, 0, chance, machine=machine_name()) as pendant,
        install(folder, 1, chance) as laptop,
    ):
        await pendant.adds(laptop)
        yield pendant, laptop


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ((), "Other machines forget it, too, once they are met: install 1."),
        (("--here",), "It stays where another machine has a copy: install 1."),
    ],
)
async def test_the_other_machines_are_named(
    tmp_path: Path, more: tuple[str, ...], told: str
) -> None:
    async with two(tmp_path) as (pendant, _):
        await pendant.note("the siren")
        (row,) = await pendant.archive.moments()

        (asked,) = ran(pendant.home, "forget", row.id, *more, status=2)
        with started(pendant.home, "forget", row.id, "--yes", *more) as process:
            _, err = process.communicate()

    assert process.returncode == 0, err
    assert told in asked["error"]
    assert told in err


async def test_a_machine_that_may_not_forget_for_others_says_so(tmp_path: Path) -> None:
    async with two(tmp_path) as (pendant, laptop):
        await laptop.adds(pendant, "archive")
        await pendant.note("the siren")
        await pendant.meets(laptop)
        (row,) = await pendant.archive.moments()

        with started(pendant.home, "forget", row.id, "--yes") as process:
            _, err = process.communicate()
        with started(pendant.home, "peers") as process:
            _, of_peers = process.communicate()

    assert process.returncode == 0, err
    assert "Other machines keep it, since this one may not forget for them: install 1." in err
    assert "What it forgets stays with them" in of_peers


async def test_that_so_many_wait_there_for_the_wearer_is_said(tmp_path: Path) -> None:
    async with two(tmp_path) as (pendant, _):
        for number in range(51):
            await pendant.note(f"the siren {number}")

        with started(pendant.home, "forget", "--all", "--yes") as process:
            _, err = process.communicate()

    assert process.returncode == 0, err
    assert "forgotten there once you agree on that machine: install 1." in err
