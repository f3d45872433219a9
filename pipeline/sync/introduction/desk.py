"""Who waits to be called: what each step of a caller is answered. Pure but for chance.

One caller has one attempt. Whatever fails in it ends the introduction, so that nobody can try
again; what is no step at all ends nothing.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from .steps import (
    NONCE_BYTES,
    Introduced,
    IntroductionFailed,
    commitment,
    is_proven,
    must_be_another,
    must_speak_alike,
    proof,
    read_bytes,
    read_introduced,
    six_words,
)

_COMMITMENT_BYTES = 32


class Desk:
    """The waiting side of one introduction."""

    def __init__(self, own: Introduced, secret: bytes, *, by_words: bool = True) -> None:
        """Without `by_words` only a caller who knows the secret is met."""
        self._own, self._secret, self._by_words = own, secret, by_words
        self._nonce = secrets.token_bytes(NONCE_BYTES)
        self._session = secrets.token_hex(16)
        self._commitment: bytes | None = None
        self._is_over = False
        self.caller: Introduced | None = None
        """Who called, once that is certain; what is left is what the people say."""
        self.words: tuple[str, ...] = ()
        """What the people compare; none where the caller has proven that it knows the secret."""

    def hear(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a step that leads to `caller`. Raises IntroductionFailed.

        `failed` of it says that the introduction is over.
        """
        if self._is_over or self.caller is not None:
            raise _taken()
        step = told.get("step")
        if step == "commit" and self._commitment is None:
            return self._commit(told)
        if step == "prove" and self._commitment is None:
            return self._prove(told)
        if step == "open" and self._commitment is not None:
            return self._open(told)
        if step in {"commit", "prove"}:
            raise _taken()
        raise _no_step()

    @property
    def is_over(self) -> bool:
        """True once an attempt has failed: there is no other."""
        return self._is_over

    def is_caller(self, told: Mapping[str, Any]) -> bool:
        """True where this comes from who was met, and from nobody else."""
        session = told.get("session")
        return (
            self.caller is not None
            and isinstance(session, str)
            and session.isascii()
            and secrets.compare_digest(session, self._session)
        )

    def _commit(self, told: Mapping[str, Any]) -> dict[str, Any]:
        must_speak_alike(told)
        committed = read_bytes(told.get("commitment"), _COMMITMENT_BYTES)
        if committed is None:
            raise _no_step()
        if not self._by_words:
            raise IntroductionFailed(
                "The other machine takes only who has its code.",
                advice="Call it by the code that it shows: `afterthought peers add CODE`.",
            )
        self._commitment = committed
        return {"nonce": self._nonce.hex(), **self._own.told()}

    def _open(self, told: Mapping[str, Any]) -> dict[str, Any]:
        self._is_over = True  # unless all is as it was promised
        caller = read_introduced(told)
        nonce = read_bytes(told.get("nonce"), NONCE_BYTES)
        if nonce is None or commitment(nonce, caller.certificate) != self._commitment:
            raise IntroductionFailed(
                "The other machine did not keep to what it had committed itself to.",
                advice="Somebody may stand between the two. Try again on a network that you trust.",
            )
        must_be_another(self._own, caller)
        certificates = (self._own.certificate, caller.certificate)
        self.words = six_words(certificates, (self._nonce, nonce))
        return self._met(caller, {})

    def _prove(self, told: Mapping[str, Any]) -> dict[str, Any]:
        must_speak_alike(told)
        caller = read_introduced(told)
        self._is_over = True  # unless the proof is good: a code is for one attempt
        ours, theirs = self._own.certificate, caller.certificate
        if not is_proven(told.get("proof"), proof(self._secret, "calling", ours, theirs)):
            raise IntroductionFailed(
                "The code is another one.",
                advice="It is good for one attempt: run `afterthought peers add` on both again.",
            )
        must_be_another(self._own, caller)
        answer = proof(self._secret, "waiting", ours, theirs)
        return self._met(caller, {"proof": answer.hex(), **self._own.told()})

    def _met(self, caller: Introduced, answer: dict[str, Any]) -> dict[str, Any]:
        self._is_over, self.caller = False, caller
        return {**answer, "session": self._session}


def _taken() -> IntroductionFailed:
    return IntroductionFailed(
        "The other machine is being introduced to somebody already.",
        advice="Run `afterthought peers add` on it again, then here.",
    )


def _no_step() -> IntroductionFailed:
    return IntroductionFailed(
        "What was said is no step of an introduction.",
        advice="Update both machines to the same version, then try again.",
    )
