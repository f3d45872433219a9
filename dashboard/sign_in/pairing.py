"""A pairing, from its opening to a phone that is let in: (state, what happened) -> state. Pure.

The wearer's side opens it. A phone that shows the secret waits; a press admits it, or Enter at
the terminal that opened it. Someone who shows another secret changes nothing; two phones that show
it end it, for one of them is a stranger's. A phone that shows the set-up secret gives way to one
that shows this pairing's own. Times are seconds on CLOCK_MONOTONIC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from .phones import new_token
from .press_watch import Window
from .secrets_of_pairing import Secret, new_secret

LASTS_S = 120.0

MOST_WRONG = 20
"""Codes that one address may type wrong in one pairing. The link is looked at whatever was typed
before, and other addresses are: nobody keeps the wearer's own phone out by guessing."""

MOST_ADDRESSES = 2000
"""Whose wrong codes are counted; who comes from ever new ones is stopped by the code's length."""

Reason = Literal["time", "cancelled", "two_phones", "not_saved"]
Answer = Literal["waits", "wrong", "too_many", "two_phones", "closed", "not_first"]
"""What is said to who shows a secret; `closed` where no pairing is open, `not_first` where it was
the set-up's, which opens none once a phone is in."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a phone shows. `visit` is the same however often its one page asks.

    `is_set_up` where the secret is that of the set-up, which counts whatever is open.
    """

    secret: str
    visit: str
    name: str
    address: str
    is_set_up: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """The phone that showed the secret, with the token that will be its sign-in."""

    visit: str
    name: str
    token: str
    since_s: float
    by_set_up: bool = False


@dataclass(frozen=True, slots=True)
class Pairing:
    """`is_admitted` once somebody let the phone in that waits; `ended` where that cannot be.

    `opener` is the id of the phone that opened it, empty where the device itself did; `by_button`
    is true where its second button did.
    """

    secret: Secret
    until_s: float
    opener: str = ""
    by_button: bool = False
    waiting: Waiting | None = None
    wrong: Mapping[str, int] = field(default_factory=dict)
    is_admitted: bool = False
    ended: Reason | None = None

    @property
    def is_open(self) -> bool:
        return self.ended is None and not self.is_admitted

    def proved(self, proof: Proof, now_s: float) -> tuple["Pairing", Answer]:
        """Somebody showed a secret."""
        if not self.is_open or now_s > self.until_s:
            return self, "closed"
        if not (proof.is_set_up or self.secret.is_link(proof.secret)):
            if self.wrong.get(proof.address, 0) >= MOST_WRONG:
                return self, "too_many"
            if not self.secret.is_typed(proof.secret):
                return self._counted(proof.address), "wrong"
        return self._shown(proof, now_s)

    def pressed(self, at_s: float) -> "Pairing":
        """Somebody pressed at the device, or Enter: it counts while a phone waits, and no other."""
        if not self.is_open or self.waiting is None:
            return self
        if not Window(self.waiting.since_s, self.until_s).has(at_s):
            return self
        return replace(self, is_admitted=True)

    def end(self, reason: Reason) -> "Pairing":
        """Ended so, unless it has ended already."""
        return replace(self, ended=reason) if self.is_open else self

    def revoked(self, phone: str) -> "Pairing":  # noqa: ARG002 - whichever it was
        """A phone is let in no more. It may have opened this one, and has seen its secret."""
        return self.end("cancelled")

    def lost(self, reason: Reason) -> "Pairing":
        """The phone was admitted, and that could not be written down, or may not be."""
        return replace(self, is_admitted=False, ended=reason)

    def settled(self) -> "Pairing":
        """The phone that waited is in: from now on it is a phone like the others."""
        return replace(self, waiting=None)

    def _shown(self, proof: Proof, now_s: float) -> tuple["Pairing", Answer]:
        """Somebody showed a secret that counts."""
        first = self.waiting
        if first is None or (first.by_set_up and not proof.is_set_up):
            phone = Waiting(proof.visit, proof.name, new_token(), now_s, proof.is_set_up)
            return replace(self, waiting=phone), "waits"
        if first.visit == proof.visit:
            return self, "waits"
        if proof.is_set_up and not first.by_set_up:
            return self, "not_first"
        return replace(self, ended="two_phones"), "two_phones"

    def _counted(self, address: str) -> "Pairing":
        if address not in self.wrong and len(self.wrong) >= MOST_ADDRESSES:
            return self
        return replace(self, wrong={**self.wrong, address: self.wrong.get(address, 0) + 1})


def opened(
    now_s: float, lasts_s: float = LASTS_S, *, opener: str = "", by_button: bool = False
) -> Pairing:
    """A pairing with a secret of its own."""
    return Pairing(new_secret(), now_s + lasts_s, opener, by_button)
