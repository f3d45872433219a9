"""What each of Whisper's tokens says, out of the vocabulary that lies beside its weights.

The library `tokenizers` knows it, too, and takes 13 MB for it, since it can also cut a text into
tokens; whoever only reads what was heard needs 1.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

_PRINTED = {*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAC + 1), *range(0xAE, 0xFF + 1)}
_OTHERS = [byte for byte in range(256) if byte not in _PRINTED]
_SIGNS = {byte: chr(byte) for byte in _PRINTED} | {
    byte: chr(256 + at) for at, byte in enumerate(_OTHERS)
}
"""The sign that stands for each byte in the file: itself where it can be printed, as in GPT-2."""

_BYTES = {sign: byte for byte, sign in _SIGNS.items()}


class Vocabulary:
    """The tokens by their number."""

    def __init__(self, folder: Path) -> None:
        """`folder` has a `vocabulary.json`, or a `vocabulary.txt` with a token in each line."""
        listed = folder / "vocabulary.json"
        if listed.is_file():
            text = "\n".join(json.loads(listed.read_text(encoding="utf-8")))
        else:
            text = (folder / "vocabulary.txt").read_bytes().decode().removesuffix("\n")
        self._text = f"\n{text}\n"  # one text and where its lines end: no object for each token
        signs = np.frombuffer(self._text.encode("utf-32-le"), np.uint32)
        self._ends = np.flatnonzero(signs == ord("\n"))

    def text(self, tokens: Sequence[int]) -> str:
        """What these say together; a sign of which a part is missing is a U+FFFD."""
        said = (_BYTES[sign] for token in tokens for sign in self._token(token))
        return bytes(said).decode("utf-8", "replace")

    def mark(self, name: str) -> int | None:
        """The token `<|name|>`."""
        return self._number(f"<|{name}|>")

    def token(self, text: str) -> int | None:
        """The one that says just this."""
        return self._number(_signs(text))

    def longest(self, text: str) -> int:
        """The one that says the most of this text's beginning, a part of a sign perhaps."""
        signs = _signs(text)
        found = (self._number(signs[:end]) for end in range(len(signs), 0, -1))
        return next(number for number in found if number is not None)

    def _token(self, number: int) -> str:
        return self._text[self._ends[number] + 1 : self._ends[number + 1]]

    def _number(self, signs: str) -> int | None:
        at = self._text.find(f"\n{signs}\n")
        return None if at < 0 else int(np.searchsorted(self._ends, at))


def _signs(text: str) -> str:
    return "".join(_SIGNS[byte] for byte in text.encode())
