"""One install takes in what many have kept: each moment says on which."""

from collections.abc import Awaitable, Callable

from bench.sync.installs import Install
from tests.pipeline.sync.peers.test_peers_command import ran

Installs = Callable[..., Awaitable[list[Install]]]


async def test_each_moment_has_the_name_of_the_machine_that_kept_it(installs: Installs) -> None:
    hub, one, other = await installs(3)
    for each, text in ((hub, "here"), (one, "on one"), (other, "on the other")):
        await each.note(text)
    await one.meets(hub)
    await other.meets(hub)

    rows = await hub.archive.moments()
    names = await hub.archive.kept_on(rows)

    assert {row.text: names.get(row.id) for row in rows} == {
        "here": None,
        "on one": "install 1",
        "on the other": "install 2",
    }
    (row,) = [each for each in rows if each.text == "on one"]
    assert (await hub.archive.whereabouts(row)).kept_on == "install 1"
    ((listed,),) = ran(hub.home, "list", "--on", "install 1")
    assert (listed["text"], listed["kept_on"]) == ("on one", "install 1")
    (refused,) = ran(hub.home, "list", "--on", "nobody", status=1)
    assert refused["code"] == "not_found"
