"""The secret of a pairing: in a link that is scanned, and in a form that is typed. Pure.

The link has 128 bits. What is typed has 50: at a thousand tries a second for two minutes,
somebody who guesses finds it once in ten thousand million pairings, and a press is still to come.
"""

import hmac
import secrets
from dataclasses import dataclass

_LINK_BYTES = 16
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that is read as a digit, or as another."""

_TYPED_LETTERS = 10
_GROUP = 5
_READ_AS = str.maketrans("OIL", "011", " -\u2010\u2011\u2012\u2013\u2014\t")


@dataclass(frozen=True, slots=True)
class Secret:
    """Whoever shows one of the two has seen the wearer's own screen."""

    link: str
    typed: str

    @property
    def shown(self) -> str:
        """What is typed, in groups."""
        return grouped(self.typed)

    def is_link(self, text: str) -> bool:
        return hmac.compare_digest(self.link.encode(), text.strip().encode())

    def is_typed(self, text: str) -> bool:
        """However it is spelled: small letters, other dashes, O for 0."""
        return hmac.compare_digest(self.typed.encode(), as_read(text).encode())


def new_secret() -> Secret:
    return Secret(secrets.token_urlsafe(_LINK_BYTES), new_letters(_TYPED_LETTERS))


def new_letters(count: int) -> str:
    """So many letters by chance, 5 bits each."""
    return "".join(secrets.choice(_LETTERS) for _ in range(count))


def grouped(letters: str) -> str:
    """As they are shown to who types them."""
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def as_read(typed: str) -> str:
    """What was meant: small letters, other dashes, O for 0."""
    return typed.strip().upper().translate(_READ_AS)
