import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.errors import UserError
from pipeline.sync.http.client import Ask
from pipeline.sync.http.errors import NoSuchRequest, PeerGone, PeerRefused, PeerUnknown
from pipeline.sync.http.messages import BYTES, Answer, FilePart, Request, json_answer
from pipeline.sync.identity import new_identity
from tests.pipeline.sync.http.world import MB, World, answering, echo


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with answering(echo) as made:
        yield made


async def test_a_request_arrives_with_who_asked(world: World) -> None:
    client = await world.call()

    status, content = await client.ask(Ask("POST", "/v1/hello", b'{"protocol":1}'))

    told = json.loads(content)
    assert status == 200
    assert (told["method"], told["path"]) == ("POST", "/v1/hello")
    assert told["body"] == '{"protocol":1}'
    assert told["peer"] == world.pendant.key


async def test_one_connection_takes_many_requests(world: World) -> None:
    client = await world.call()

    told = [json.loads((await client.ask(Ask("GET", f"/{n}")))[1])["path"] for n in range(50)]

    assert told == [f"/{n}" for n in range(50)]
    assert not client.is_over


async def test_requests_at_once_wait_for_one_another(world: World) -> None:
    client = await world.call()

    answers = await asyncio.gather(*(client.ask(Ask("GET", f"/{n}")) for n in range(20)))

    assert [json.loads(content)["path"] for _, content in answers] == [f"/{n}" for n in range(20)]


async def test_long_texts_are_compressed_both_ways_and_short_ones_are_not(world: World) -> None:
    client = await world.call()
    long = "the same words again " * 5000

    _, long_content = await client.ask(Ask("PUT", "/", long.encode()))
    sent = client.sent
    _, short_content = await client.ask(Ask("PUT", "/", b"short"))

    assert json.loads(long_content)["body"] == long
    assert json.loads(long_content)["encoding"] == "deflate"
    assert json.loads(short_content)["encoding"] is None
    assert sent + client.received < len(long) / 10


async def test_a_stretch_of_a_file_is_sent_either_way(tmp_path: Path) -> None:
    sound = bytes(range(256)) * 8192
    path = tmp_path / "sound"
    path.write_bytes(sound)

    async def answer(request: Request) -> Answer:
        assert await request.body.whole(4 * MB) == sound[5:]
        return Answer(206, FilePart(file, 1000, 1_500_000), BYTES)

    with path.open("rb") as file:
        async with answering(answer) as world:
            client = await world.call()
            part = FilePart(file, 5, len(sound) - 5)
            status, content = await client.ask(Ask("PUT", "/v1/sound", part, BYTES), 2 * MB)

    assert status == 206
    assert content == sound[1000:1_501_000]


async def test_an_answer_is_read_piece_by_piece(tmp_path: Path) -> None:
    path = tmp_path / "sound"
    path.write_bytes(bytes(5 * MB))

    async def answer(_: Request) -> Answer:
        return Answer(200, FilePart(file, 0, 5 * MB), BYTES)

    with path.open("rb") as file:
        async with answering(answer) as world:
            client = await world.call()
            async with client.exchange(Ask("GET", "/v1/sound")) as reply:
                sizes = [len(each) async for each in reply.body.chunks(5 * MB)]

    assert sum(sizes) == 5 * MB
    assert len(sizes) > 5


async def test_the_sentence_of_a_refusal_arrives() -> None:
    async def refuses(_: Request) -> Answer:
        raise NoSuchRequest("There is no such request.", advice="Update this machine.")

    async with answering(refuses) as world:
        client = await world.call()
        with pytest.raises(PeerRefused) as caught:
            await client.ask(Ask("GET", "/v9/hello"))

        assert caught.value.sentence == "There is no such request."
        assert caught.value.advice == "Update this machine."
        assert (caught.value.status, caught.value.refusal) == (404, "no_such_request")
        assert not client.is_over


async def test_a_body_that_nobody_wants_ends_no_connection() -> None:
    async def refuses(_: Request) -> Answer:
        raise NoSuchRequest("There is no such request.", advice="Update this machine.")

    async with answering(refuses) as world:
        client = await world.call()
        for _ in range(2):
            with pytest.raises(PeerRefused, match="no such request"):
                await client.ask(Ask("PUT", "/v9", b"x" * 100))


async def test_any_error_for_the_wearer_is_told_as_it_is() -> None:
    class DiskFull(UserError):
        code = "disk_full"

    async def refuses(_: Request) -> Answer:
        raise DiskFull("The disk is full.", advice="Free some space.")

    async with answering(refuses) as world:
        client = await world.call()
        with pytest.raises(PeerRefused, match=r"The disk is full\.") as caught:
            await client.ask(Ask("GET", "/"))

        assert (caught.value.status, caught.value.refusal) == (400, "disk_full")


async def test_a_fault_of_ours_is_told_without_what_it_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def breaks(_: Request) -> Answer:
        raise ValueError("what the wearer said")

    async with answering(breaks) as world:
        client = await world.call()
        with pytest.raises(PeerRefused) as caught:
            await client.ask(Ask("GET", "/"))

    assert caught.value.status == 500
    assert "what the wearer said" not in str(caught.value) + capsys.readouterr().err


async def test_what_is_no_refusal_of_ours_is_one_all_the_same() -> None:
    async def refuses(_: Request) -> Answer:
        return Answer(418, b"[" * 10_000)

    async with answering(refuses) as world:
        client = await world.call()
        with pytest.raises(PeerRefused, match="status 418"):
            await client.ask(Ask("GET", "/"))


async def test_who_is_removed_is_answered_no_more_on_a_connection_that_stands(
    world: World,
) -> None:
    client = await world.call()
    await client.ask(Ask("GET", "/"))

    world.door.admit({})

    with pytest.raises(PeerGone):
        await client.ask(Ask("GET", "/"))


async def test_another_install_at_the_address_is_found_out(world: World) -> None:
    world.laptop = new_identity()

    with pytest.raises(PeerUnknown, match="Another install"):
        await world.call()


async def test_a_client_that_leaves_in_the_middle_has_ended_the_connection(world: World) -> None:
    client = await world.call()

    async with client.exchange(Ask("GET", "/")):
        pass

    assert client.is_over
    with pytest.raises(PeerGone):
        await client.ask(Ask("GET", "/"))


async def test_a_request_that_is_given_up_ends_the_connection() -> None:
    asked = asyncio.Event()

    async def waits(_: Request) -> Answer:
        asked.set()
        await asyncio.Event().wait()
        return json_answer({})

    async with answering(waits) as world:
        client = await world.call()
        asking = asyncio.create_task(client.ask(Ask("POST", "/v1/wait")))
        await asked.wait()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

        assert client.is_over
