"""Which requests the page answers, and why not the others. Pure, but for the hooks at the end.

On loopback the page is as open as the machine it runs on; over TLS it asks for a sign-in. Both
ways two attacks must be kept out: a name that somebody else's server points at us (DNS
rebinding: the Host), and another page in the same browser that makes it post here
(Sec-Fetch-Site, and Origin where a browser has none).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote_to_bytes

from flask import Flask, Response, g, redirect, render_template, request
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response as AnyResponse

from dashboard.context import context
from dashboard.network.names import SHARED, host_in
from dashboard.pages.pairing import pairing_page
from dashboard.sentences import say
from dashboard.sign_in.cookie import COOKIE, give_cookie, take_cookie
from dashboard.sign_in.phone_file import PhonesUnreadable

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_READING = frozenset({"GET", "HEAD"})

OPEN = frozenset({"pairing.show", "pairing.prove", "static_files.asset"})
"""What an unpaired phone gets: the pairing page, and the files of no word that it is made of."""

LET_IN = "afterthought.let_in"
"""What the server's connection is told by, so that strangers go before who is signed in."""

_CLEARED = '"cache", "storage"'
"""What a phone is told to forget whose sign-in is none, or none any more."""

_CLEARED_WITH_COOKIES = '"cache", "cookies", "storage"'
"""The same at a name of this device alone. A browser takes the cookies of the whole domain: under
a name of the owner's they are those of whatever else has a name there."""


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
_UNREADABLE = Refusal(503, say("pairing.unreadable"), say("pairing.unreadable_advice"))
_UNKNOWN_METHOD = Refusal(405, say("trouble.cannot_do"), say("trouble.go_back"))


def refusal(
    method: str,
    headers: Mapping[str, str],
    *,
    scheme: str = "http",
    hosts: frozenset[str] = LOOPBACK,
) -> Refusal | None:
    """The reason why this request may not be answered, or None. `hosts` are our names."""
    host = headers.get("Host", "")
    if host_in(host) not in hosts:
        return _WRONG_HOST
    if method in _READING:
        return _FROM_ELSEWHERE if _is_embedded_elsewhere(headers) else None
    if method != "POST":
        return _UNKNOWN_METHOD
    return None if _is_from_here(headers, f"{scheme}://{host}") else _FROM_ELSEWHERE


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
    """Ask before every request whether it is answered: here is no page that forgot to."""
    app.before_request(_judge)
    app.after_request(_renew)


def _judge() -> AnyResponse | None:
    """A refusal; else nothing, and `g.phone` is who asks over TLS."""
    g.phone, g.is_written_down = None, False
    is_tls = request.scheme == "https"
    if is_tls and host_in(request.headers.get("Host", "")) == SHARED:
        return _sent_on()
    hosts = context().reached().hosts if is_tls else LOOPBACK
    found = refusal(request.method, dict(request.headers), scheme=request.scheme, hosts=hosts)
    if found is not None:
        return _refused(_leading_here(found) if is_tls and found is _WRONG_HOST else found)
    try:
        stranger = _stranger() if is_tls else None
    except PhonesUnreadable:
        return _refused(_UNREADABLE)
    return stranger or (None if _is_text(request) else _refused(_NO_TEXT))


def _sent_on() -> AnyResponse:
    """To the device's own name: the shared one may be another device's tomorrow."""
    place = context().reached().address
    if not place:
        return _refused(_WRONG_HOST)
    answer = redirect(place + request.full_path.removesuffix("?"), 302)
    answer.set_data(b"")
    return answer


def _leading_here(found: Refusal) -> Refusal:
    """The same with the address that the page has on the network, where it has one."""
    url = context().reached().address
    return replace(found, advice=say("trouble.right_address", url=url)) if url else found


def _stranger() -> Response | None:
    """The answer to somebody who is not signed in. Nothing that was posted is looked at."""
    sign_ins, token = context().sign_ins, request.cookies.get(COOKIE)
    g.phone = sign_ins.phone_of(token)
    if g.phone is not None:
        g.is_written_down = sign_ins.note_visit(g.phone)
        request.environ.get(LET_IN, _nobody)(g.phone.id)
        return None
    if request.endpoint in OPEN:
        return None
    if request.accept_mimetypes.accept_html:
        answer = Response(pairing_page(), 401)
    else:
        answer = Response(say("pairing.not_signed_in"), 401, mimetype="text/plain")
    if token is not None and not context().desk.waits(token):
        _have_forgotten(answer)
    return answer


def _have_forgotten(answer: Response) -> None:
    """Have the browser forget this sign-in, and what it was shown."""
    is_owners = host_in(request.headers.get("Host", "")) in context().reached().owners
    answer.headers["Clear-Site-Data"] = _CLEARED if is_owners else _CLEARED_WITH_COOKIES
    take_cookie(answer)


def _nobody(_phone: str) -> None:
    """Another server takes everybody alike."""


def _renew(response: Response) -> Response:
    """Let the cookie of a phone that comes now and then never end."""
    if g.get("is_written_down"):
        give_cookie(response, request.cookies[COOKIE])
    return response


def _refused(found: Refusal) -> Response:
    page = render_template("trouble.html", sentence=found.sentence, advice=found.advice)
    return Response(page, found.status)
