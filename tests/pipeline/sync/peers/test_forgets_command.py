"""`peers forgets`: what others forgot, answered where there is no page."""

from collections.abc import Awaitable, Callable

import pytest

from bench.sync.installs import Install
from tests.pipeline.sync.peers.test_peers_command import ran
from tests.test_commands_document import agree, examples, shape

Installs = Callable[..., Awaitable[list[Install]]]


@pytest.fixture
async def asked(installs: Installs) -> Install:
    """An install at which three of its four moments wait: another one forgot them."""
    one, other = await installs(most=1)
    moments = [await one.note(f"thought {number}") for number in range(4)]
    await one.meets(other)
    await one.forget(*moments[:3])
    await one.meets(other)
    return other


@pytest.mark.parametrize(
    ("answer", "outcome", "left"), [("--agree", "forgotten", 1), ("--refuse", "kept", 4)]
)
async def test_the_wearer_answers_by_the_peers_name(
    asked: Install, answer: str, outcome: str, left: int
) -> None:
    (waiting,) = ran(asked.home, "peers", "forgets")
    (told,) = ran(asked.home, "peers", "forgets", answer, "install 0")

    assert [(each["name"], each["moments"]) for each in waiting] == [("install 0", 3)]
    assert (told["outcome"], told["moments"]) == (outcome, 3)
    assert len(await asked.texts()) == left
    assert ran(asked.home, "peers", "forgets") == [[]]
    promised = examples("peers")[5:]
    for example, found in zip(promised, [waiting, told], strict=True):
        assert agree(shape(example), shape(found)), found


async def test_nothing_is_answered_for_a_peer_that_does_not_wait(asked: Install) -> None:
    (refused,) = ran(asked.home, "peers", "forgets", "--agree", "nobody", status=1)

    assert refused["code"] == "not_found"
    assert len(await asked.texts()) == 1
