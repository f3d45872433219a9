"""Calls an install that waits, and introduces this one to it."""

import asyncio
import contextlib
import json
import secrets
from typing import Any

from core.errors import UserError
from pipeline.sync.http.client import Ask, HttpClient
from pipeline.sync.http.errors import PeerGone, PeerRefused, PeerSlow
from pipeline.sync.http.messages import Patience
from pipeline.sync.tls import introduction_context

from .steps import (
    NONCE_BYTES,
    PATH,
    PROTOCOL,
    Code,
    Introduced,
    IntroductionFailed,
    commitment,
    is_proven,
    must_be_another,
    proof,
    read_bytes,
    read_introduced,
    read_message,
    six_words,
)
from .waiting import Asks, declined_here, declined_there

_LEAVES_WITHIN_S = 2.0


async def call(host: str, port: int, own: Introduced, asks: Asks, code: Code | None) -> Introduced:
    """Introduce this install to the one that waits there; who it is, once it is stored here.

    Raises IntroductionFailed, PeerGone, PeerSlow, and what `store` raises.
    """
    client = await HttpClient.connect(host, port, introduction_context(None), patience=Patience())
    caller = _Caller(client, own)
    try:
        other, words = await (caller.meet(code) if code else caller.exchange_nonces())
        asks.show(other, words)
        await caller.agree(asks)
    except asyncio.CancelledError:
        await caller.leave(host, port)
        raise
    except PeerRefused as error:
        raise IntroductionFailed(error.sentence, advice=error.advice) from error
    except (PeerGone, PeerSlow) as error:
        raise IntroductionFailed(
            "The other machine has hung up, or does not answer. Nothing was stored here.",
            advice="Run `afterthought peers add` on both again.",
        ) from error
    finally:
        await client.close()
    await asks.store(other, host)
    return other


class _Caller:
    """The calling side of one introduction."""

    def __init__(self, client: HttpClient, own: Introduced) -> None:
        self._client, self._own = client, own
        self._session = ""

    async def meet(self, code: Code) -> tuple[Introduced, tuple[str, ...]]:
        """Who waits, where both have proven that they know the code."""
        if not code.is_of(self._client.certificate):
            raise IntroductionFailed(
                "Another machine answers there than the one that showed this code.",
                advice="Check the address in the code; somebody may stand between the two.",
            )
        ours, theirs = self._own.certificate, self._client.certificate
        proven = proof(code.secret, "calling", theirs, ours)
        told = {"protocol": PROTOCOL, "proof": proven.hex(), **self._own.told()}
        answer = await self._step("prove", **told)
        other = self._other(answer)
        if not is_proven(answer.get("proof"), proof(code.secret, "waiting", theirs, ours)):
            raise IntroductionFailed(
                "The other machine does not know the code.",
                advice="Run `afterthought peers add` on both again.",
            )
        self._session = str(answer.get("session"))
        return other, ()

    async def exchange_nonces(self) -> tuple[Introduced, tuple[str, ...]]:
        """Who waits, and the words by which people tell whether it is the one."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        committed = commitment(nonce, self._own.certificate)
        answer = await self._step("commit", protocol=PROTOCOL, commitment=committed.hex())
        other = self._other(answer)
        theirs = read_bytes(answer.get("nonce"), NONCE_BYTES)
        if theirs is None:
            raise _unclear()
        opened = await self._step("open", nonce=nonce.hex(), **self._own.told())
        self._session = str(opened.get("session"))
        certificates = (other.certificate, self._own.certificate)
        return other, six_words(certificates, (theirs, nonce))

    async def agree(self, asks: Asks) -> None:
        """Return once both wearers have agreed, and the other side has stored it."""
        asking = asyncio.create_task(asks.consent.ask())
        try:
            while True:
                ours = asking.result() if asking.done() else None
                told = await self._step("decide", session=self._session, agreed=ours)
                if ours is False:
                    raise declined_here()
                if told.get("agreed") is False:
                    raise declined_there()
                if ours and told.get("stored") is True:
                    return
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async def leave(self, host: str, port: int) -> None:
        """Tell who waits that nothing comes of it, so that it need not wait for us."""
        if not self._session:
            return
        with contextlib.suppress(UserError, TimeoutError):
            async with asyncio.timeout(_LEAVES_WITHIN_S):
                # What was being asked was cut in the middle, so it takes another connection.
                client = await HttpClient.connect(host, port, introduction_context(None))
                self._client = client
                await self._step("decide", session=self._session, agreed=False)
                await client.close()

    def _other(self, answer: dict[str, Any]) -> Introduced:
        """Who answers, which is also who is at the other end of TLS. Raises IntroductionFailed."""
        other = read_introduced(answer)
        if other.certificate != self._client.certificate:
            raise _unclear()
        must_be_another(self._own, other)
        return other

    async def _step(self, step: str, **told: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        content = json.dumps({"step": step, **told}).encode()
        _, answer = await self._client.ask(Ask("POST", PATH, content))
        return read_message(answer)


def _unclear() -> IntroductionFailed:
    return IntroductionFailed(
        "It is not clear who answers there.",
        advice="Somebody may stand between the two. Try again on a network that you trust.",
    )
