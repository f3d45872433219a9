"""The answer to a forget names the other machines with a copy."""

import random
from pathlib import Path

import pytest

from bench.sync.installs import install
from core.machine import machine_name
from tests.pipeline.sync.peers.test_peers_command import ran, started


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
    chance, machine = random.Random(1), machine_name()
    async with (
        install(tmp_path, 0, chance, machine=machine) as pendant,
        install(tmp_path, 1, chance) as laptop,
    ):
        await pendant.adds(laptop)
        await pendant.note("the siren")
        (row,) = await pendant.archive.moments()

        (asked,) = ran(pendant.home, "forget", row.id, *more, status=2)
        with started(pendant.home, "forget", row.id, "--yes", *more) as process:
            _, err = process.communicate()

    assert process.returncode == 0, err
    assert told in asked["error"]
    assert told in err


async def test_a_machine_that_may_not_forget_for_others_says_so(tmp_path: Path) -> None:
    chance, machine = random.Random(1), machine_name()
    async with (
        install(tmp_path, 0, chance, machine=machine) as pendant,
        install(tmp_path, 1, chance) as laptop,
    ):
        await pendant.adds(laptop)
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
    chance, machine = random.Random(1), machine_name()
    async with (
        install(tmp_path, 0, chance, machine=machine) as pendant,
        install(tmp_path, 1, chance) as laptop,
    ):
        await pendant.adds(laptop)
        for number in range(51):
            await pendant.note(f"the siren {number}")

        with started(pendant.home, "forget", "--all", "--yes") as process:
            _, err = process.communicate()

    assert process.returncode == 0, err
    assert "forgotten there once you agree on that machine: install 1." in err
