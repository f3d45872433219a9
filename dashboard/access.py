"""Which requests the page answers, and why not the others. Pure, but for the hook at the end.

The page is as open as the machine it runs on, so two attacks must be kept out: a name that
somebody else's server points at us (DNS rebinding: the Host), and another page in the same
browser that makes it post here (Sec-Fetch-Site, and Origin where a browser has none).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, Response, render_template, request
from werkzeug.wrappers import Request

from dashboard.sentences import say

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """The reason why a request is not answered: an HTTP status, a sentence, the next step."""

    status: int
    sentence: str
    advice: str


_WRONG_HOST = Refusal(
    421,
    say("trouble.wrong_address"),
    say("trouble.wrong_address_advice"),
)
_FROM_ELSEWHERE = Refusal(
    403,
    say("trouble.from_elsewhere"),
    say("trouble.open_the_page"),
)
_NO_TEXT = Refusal(
    400,
    say("trouble.no_text"),
    say("trouble.open_the_page"),
)
_FORM = "application/x-www-form-urlencoded"
_UNKNOWN_METHOD = Refusal(405, say("trouble.cannot_do"), say("trouble.go_back"))


def refusal(method: str, headers: Mapping[str, str], *, scheme: str = "http") -> Refusal | None:
    """The reason why this request may not be answered, or None."""
    host = headers.get("Host", "")
    if _name_of(host) not in LOOPBACK:
        return _WRONG_HOST
    if method in _READING:
        return _FROM_ELSEWHERE if _is_embedded_elsewhere(headers) else None
    if method != "POST":
        return _UNKNOWN_METHOD
    return None if _is_from_here(headers, f"{scheme}://{host}") else _FROM_ELSEWHERE


def _name_of(host: str) -> str | None:
    """The host without its port; any port will do, since a tunnel may change it."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_embedded_elsewhere(headers: Mapping[str, str]) -> bool:
    """True where another site uses us as a part of itself; a link from there is a navigation."""
    site = headers.get("Sec-Fetch-Site", "none")
    return site not in {"none", "same-origin"} and headers.get("Sec-Fetch-Mode") != "navigate"


def _is_from_here(headers: Mapping[str, str], own: str) -> bool:
    """True for a post from our own page, and from no browser at all, which sends neither header."""
    site = headers.get("Sec-Fetch-Site")
    origin = headers.get("Origin")
    return site in {None, "same-origin", "none"} and origin in {None, own}


def is_text(raw: bytes) -> bool:
    """True where these bytes are a text that can be kept and shown: UTF-8, and no NUL in it."""
    try:
        return "\0" not in raw.decode()
    except UnicodeDecodeError:  # a lone surrogate is none either
        return False


def _is_text(asked: Request) -> bool:
    """True where all that was asked is text: the address, and what was posted."""
    posted = asked.get_data() if asked.method == "POST" else b""
    path = str(asked.environ.get("PATH_INFO", "")).encode("latin-1", "replace")
    encoded = [asked.query_string, posted if asked.mimetype == _FORM else b""]
    return all(map(is_text, [path, posted, *map(unquote_to_bytes, encoded)]))


def guard(app: Flask) -> None:
    """Ask `refusal` before every request, and that it is text."""

    @app.before_request
    def _() -> Response | None:
        found = refusal(request.method, dict(request.headers), scheme=request.scheme)
        if found is None and not _is_text(request):
            found = _NO_TEXT
        if found is None:
            return None
        page = render_template("trouble.html", sentence=found.sentence, advice=found.advice)
        return Response(page, found.status)
