"""Two installs and their wearers, over real sockets."""

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from core.errors import ArchiveUnusable, UserError
from pipeline.sync.http.client import Ask, HttpClient
from pipeline.sync.http.errors import PeerGone, PeerRefused
from pipeline.sync.http.messages import Answer, Request, json_answer
from pipeline.sync.http.server import HttpServer
from pipeline.sync.identity import Identity, new_identity
from pipeline.sync.introduction.calling import call
from pipeline.sync.introduction.desk import Desk
from pipeline.sync.introduction.steps import (
    PATH,
    Code,
    Introduced,
    IntroductionFailed,
    commitment,
    fingerprint,
    proof,
)
from pipeline.sync.introduction.waiting import Asks, Waiting
from pipeline.sync.tls import introduction_context
from tests.pipeline.sync.http.world import PATIENT
from tests.waiting import PATIENCE_S

SECRET = secrets.token_bytes(16)


@dataclass
class Wearer:
    """Who sees what is shown on one side, says yes or no to it, and has what is stored."""

    says: Callable[[tuple[str, ...]], bool] = lambda _: True
    name: str = "laptop"
    identity: Identity = field(default_factory=new_identity)
    seen: list[tuple[str, ...]] = field(default_factory=list)
    shown: asyncio.Event = field(default_factory=asyncio.Event)
    stored: list[tuple[Introduced, str]] = field(default_factory=list)
    disk: UserError | None = None
    thinks_for_ever: bool = False

    @property
    def own(self) -> Introduced:
        return Introduced(self.identity.certificate, self.name, None, 8478)

    @property
    def asks(self) -> Asks:
        return Asks(self, self._see, self._store)

    async def ask(self) -> bool:
        await self.shown.wait()
        if self.thinks_for_ever:
            await asyncio.Event().wait()
        return self.says(self.seen[-1])

    def _see(self, _: Introduced, words: tuple[str, ...]) -> None:
        self.seen.append(words)
        self.shown.set()

    async def _store(self, other: Introduced, address: str) -> None:
        if self.disk is not None:
            raise self.disk
        self.stored.append((other, address))


@dataclass
class Open:
    """An install that waits to be called."""

    wearer: Wearer
    waiting: Waiting
    port: int
    introduced: "asyncio.Task[Introduced]"

    @property
    def code(self) -> Code:
        hashed = fingerprint(self.wearer.identity.certificate)
        return Code("127.0.0.1", self.port, hashed, SECRET)


@asynccontextmanager
async def waits(
    wearer: Wearer, within_s: float = PATIENCE_S, gone_after_s: float = PATIENCE_S
) -> AsyncIterator[Open]:
    waiting = Waiting(Desk(wearer.own, SECRET), wearer.asks, gone_after_s)
    context = introduction_context(wearer.identity)
    server = HttpServer(waiting.handle, context, lambda _: "", patience=PATIENT)
    server.listen([socket.create_server(("127.0.0.1", 0))])
    introduced = asyncio.create_task(waiting.introduced(within_s))
    try:
        yield Open(wearer, waiting, server.port, introduced)
    finally:
        introduced.cancel()
        await asyncio.gather(introduced, return_exceptions=True)
        await server.close()


async def called(wearer: Wearer, there: Open, code: Code | None) -> Introduced:
    return await call("127.0.0.1", there.port, wearer.own, wearer.asks, code)


@pytest.mark.parametrize("by", ["code", "words"])
async def test_two_who_both_agree_know_each_other(by: str) -> None:
    laptop, pendant = Wearer(), Wearer(name="pendant")

    async with waits(laptop) as there:
        met = await called(pendant, there, there.code if by == "code" else None)
        introduced = await there.introduced

    assert (met, introduced) == (laptop.own, pendant.own)
    assert pendant.stored == [(laptop.own, "127.0.0.1")]
    assert laptop.stored == [(pendant.own, "127.0.0.1")]


async def test_both_see_the_same_six_words() -> None:
    laptop, pendant = Wearer(), Wearer()

    async with waits(laptop) as there:
        await called(pendant, there, None)

    assert laptop.seen == pendant.seen
    assert len(laptop.seen[0]) == 6


async def test_who_has_the_code_need_compare_nothing() -> None:
    laptop, pendant = Wearer(), Wearer()

    async with waits(laptop) as there:
        await called(pendant, there, there.code)

    assert (laptop.seen, pendant.seen) == ([()], [()])


@pytest.mark.parametrize("by", ["code", "words"])
@pytest.mark.parametrize("who", ["laptop", "pendant"])
async def test_where_one_says_no_nothing_is_stored_and_both_are_told(who: str, by: str) -> None:
    laptop = Wearer(says=lambda _: who != "laptop")
    pendant = Wearer(says=lambda _: who != "pendant")

    async with waits(laptop) as there:
        with pytest.raises(IntroductionFailed) as here:
            await called(pendant, there, there.code if by == "code" else None)
        with pytest.raises(IntroductionFailed) as other:
            await there.introduced

    told = {"laptop": str(other.value), "pendant": str(here.value)}
    assert told.pop(who).startswith("You did not agree")
    assert told.popitem()[1].startswith("The other machine's wearer did not agree")
    assert laptop.stored == pendant.stored == []


async def test_a_wrong_code_is_told_on_both_sides() -> None:
    laptop, pendant = Wearer(), Wearer()

    async with waits(laptop) as there:
        wrong = Code("127.0.0.1", there.port, there.code.fingerprint, bytes(16))
        with pytest.raises(IntroductionFailed, match="code is another"):
            await called(pendant, there, wrong)
        with pytest.raises(IntroductionFailed, match="code is another"):
            await there.introduced

    assert laptop.stored == pendant.stored == []


async def test_where_nobody_calls_it_ends_in_time() -> None:
    async with waits(Wearer(), within_s=0.05) as there:
        with pytest.raises(IntroductionFailed, match="Nobody called in time"):
            await there.introduced


async def test_a_caller_that_goes_is_missed() -> None:
    laptop, pendant = Wearer(), Wearer()

    async with waits(laptop, gone_after_s=0.05) as there:
        client = await HttpClient.connect(
            "127.0.0.1", there.port, introduction_context(None), patience=PATIENT
        )
        certificates = (laptop.identity.certificate, pendant.identity.certificate)
        proven = proof(SECRET, "calling", *certificates).hex()
        told = {"step": "prove", "protocol": 1, "proof": proven, **pendant.own.told()}
        await client.ask(Ask("POST", PATH, json.dumps(told).encode()))
        await client.close()
        with pytest.raises(IntroductionFailed, match="is gone"):
            await there.introduced

    assert laptop.stored == []


async def test_where_the_other_side_goes_that_is_told() -> None:
    laptop, pendant = Wearer(thinks_for_ever=True), Wearer()

    async with waits(laptop) as there:
        calling = asyncio.create_task(called(pendant, there, there.code))
        await laptop.shown.wait()

    with pytest.raises(IntroductionFailed, match="hung up"):
        await calling
    assert pendant.stored == []


async def test_where_one_cannot_store_the_other_does_not() -> None:
    laptop, pendant = (
        Wearer(disk=ArchiveUnusable("The disk is full.", advice="Free some.")),
        Wearer(),
    )

    async with waits(laptop) as there:
        with pytest.raises(IntroductionFailed, match="disk is full"):
            await called(pendant, there, there.code)
        with pytest.raises(ArchiveUnusable):
            await there.introduced

    assert pendant.stored == []


async def test_a_code_is_for_one_attempt_even_where_the_first_succeeds() -> None:
    laptop, pendant, thief = Wearer(), Wearer(), Wearer()

    async with waits(laptop) as there:
        await called(pendant, there, there.code)
        with pytest.raises(IntroductionFailed, match="already"):
            await called(thief, there, there.code)

    assert [other for other, _ in laptop.stored] == [pendant.own]


async def test_another_request_is_none_of_an_introduction() -> None:
    async with waits(Wearer()) as there:
        client = await HttpClient.connect(
            "127.0.0.1", there.port, introduction_context(None), patience=PATIENT
        )
        for asked in (Ask("POST", "/v1/hello", b"{}"), Ask("GET", PATH)):
            with pytest.raises(PeerRefused) as refused:
                await client.ask(asked)
            assert refused.value.status == 404
        await client.close()


async def test_who_was_not_met_decides_nothing() -> None:
    async with waits(Wearer()) as there:
        client = await HttpClient.connect(
            "127.0.0.1", there.port, introduction_context(None), patience=PATIENT
        )
        content = b'{"step": "decide", "session": "", "agreed": true}'
        with pytest.raises(PeerRefused, match="Nobody was introduced"):
            await client.ask(Ask("POST", PATH, content))
        await client.close()


class Middle:
    """Stands between the two with a certificate of its own, and passes on what it can alter."""

    def __init__(self, there: Open) -> None:
        self._there = there
        self.identity = new_identity()
        self._line: HttpClient | None = None

    @property
    def own(self) -> dict[str, object]:
        return Introduced(self.identity.certificate, "laptop", None, 8478).told()

    async def handle(self, request: Request) -> Answer:
        if self._line is None:
            self._line = await HttpClient.connect(
                "127.0.0.1", self._there.port, introduction_context(None), patience=PATIENT
            )
        told = await request.body.whole(1 << 20)
        try:
            _, answer = await self._line.ask(Ask("POST", PATH, self.altered(told)))
        except (PeerGone, PeerRefused) as error:
            raise PeerGoneToo(error.sentence, advice=error.advice) from error
        return json_answer(self.answered(answer))

    def altered(self, told: bytes) -> bytes:
        """What is passed on of what the caller says."""
        found = json.loads(told)
        if found["step"] == "commit":
            found["commitment"] = commitment(bytes(32), self.identity.certificate).hex()
        if found["step"] == "open":
            found |= {"nonce": bytes(32).hex(), **self.own}
        return json.dumps(found).encode()

    def answered(self, told: bytes) -> dict[str, object]:
        """What the caller is told of what was answered."""
        found: dict[str, object] = json.loads(told)
        return found | (self.own if "certificate" in found else {})

    async def close(self) -> None:
        if self._line is not None:
            await self._line.close()


class PeerGoneToo(UserError):
    """What the one in the middle was told."""


@asynccontextmanager
async def stands_between(middle: Middle) -> AsyncIterator[int]:
    context = introduction_context(middle.identity)
    server = HttpServer(middle.handle, context, lambda _: "", patience=PATIENT)
    server.listen([socket.create_server(("127.0.0.1", 0))])
    try:
        yield server.port
    finally:
        await middle.close()
        await server.close()


async def test_who_stands_in_the_middle_is_seen_by_words_that_differ() -> None:
    """They read them to each other: each says yes only to what the other sees."""
    laptop, pendant = Wearer(), Wearer()
    laptop.says = lambda words: [words] == pendant.seen
    pendant.says = lambda words: [words] == laptop.seen

    async with waits(laptop) as there, stands_between(Middle(there)) as port:
        with pytest.raises(IntroductionFailed):
            await call("127.0.0.1", port, pendant.own, pendant.asks, None)
        with pytest.raises(IntroductionFailed):
            await there.introduced

    assert laptop.seen[0] != pendant.seen[0]
    assert laptop.stored == pendant.stored == []


async def test_who_stands_in_the_middle_is_found_by_the_code_before_anything_is_told() -> None:
    laptop, pendant = Wearer(), Wearer()

    async with waits(laptop) as there:
        middle = Middle(there)
        async with stands_between(middle) as port:
            code = Code("127.0.0.1", port, there.code.fingerprint, SECRET)
            with pytest.raises(IntroductionFailed, match="Another machine answers"):
                await call("127.0.0.1", port, pendant.own, pendant.asks, code)

    assert laptop.seen == []


async def test_who_passes_everything_on_unaltered_is_found_by_tls() -> None:
    class Relay(Middle):
        def altered(self, told: bytes) -> bytes:
            return told

        def answered(self, told: bytes) -> dict[str, object]:
            found: dict[str, object] = json.loads(told)
            return found

    laptop, pendant = Wearer(), Wearer()
    async with waits(laptop) as there, stands_between(Relay(there)) as port:
        with pytest.raises(IntroductionFailed, match="not clear who answers"):
            await call("127.0.0.1", port, pendant.own, pendant.asks, None)

    assert pendant.seen == []


async def test_who_waits_hears_at_once_that_the_caller_has_left() -> None:
    laptop, pendant = Wearer(thinks_for_ever=True), Wearer(thinks_for_ever=True)

    async with waits(laptop) as there:
        calling = asyncio.create_task(called(pendant, there, None))
        await pendant.shown.wait()
        calling.cancel()

        with pytest.raises(IntroductionFailed, match="did not agree"):
            await there.introduced
    assert laptop.stored == []
