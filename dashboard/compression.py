"""Which answers are sent compressed. Sound and events are not: they gain nothing, or must not wait.

Who sees how long an encrypted answer is learns something of it, and of a compressed one more: if
he can have words of his own put beside a secret, as an address like `/?q=guess` does, then a good
guess makes it shorter (BREACH). So what another site made the browser ask is sent as it is, and
so is every page with a secret of a pairing, whoever asks. What a page fetches as one types
(`/search?part=1`) has no word of the query in it, only what was kept: there is no guess to compare.
"""

import gzip

from flask import Flask, Response, request

_OURS = frozenset({"same-origin", "none"})
"""Asked by our own page, or by the wearer: typed, scanned or a bookmark."""

_WITH_SECRETS = frozenset({"pairing", "phones"})
"""The pages that show a pairing's secrets, or hold the word of a visit."""

_LEAST_BYTES = 600
"""What is shorter goes into one packet either way."""

_LEVEL = 5
"""A page of 30 kB in 0.5 ms; at 9 it is a hundredth shorter and takes twice as long (x86)."""


def compress(app: Flask) -> None:
    """Have every answer of this app compressed that may be."""
    app.after_request(_compressed)


def takes_gzip() -> bool:
    """Whether whoever asks can read what is compressed."""
    return request.accept_encodings.quality("gzip") > 0


def _compressed(response: Response) -> Response:
    if takes_gzip() and _may_be(response):
        content = response.get_data()
        if len(content) >= _LEAST_BYTES:
            response.set_data(gzip.compress(content, _LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
    return response


def _may_be(response: Response) -> bool:
    """True for a whole text without a secret that no other site has asked for."""
    is_text = (response.mimetype or "").startswith("text/") or response.is_json
    is_whole = response.status_code == 200 and response.is_sequence  # noqa: PLR2004 - OK
    is_plain = "Content-Encoding" not in response.headers
    is_open = request.blueprint not in _WITH_SECRETS
    is_asked_by_us = request.headers.get("Sec-Fetch-Site") in _OURS
    return is_text and is_whole and is_plain and is_open and is_asked_by_us
