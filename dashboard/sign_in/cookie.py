"""The cookie of a sign-in."""

from flask import Response

COOKIE = "__Host-afterthought"
"""The prefix makes browsers refuse it from any other host, without TLS or for a part of us."""

LASTS_S = 400 * 86_400
"""As long as browsers keep one; each visit that is written down begins it anew."""


def give_cookie(response: Response, token: str) -> None:
    """Have the browser bring this token from now on, to us alone."""
    _set(response, token, LASTS_S)


def take_cookie(response: Response) -> None:
    """Have the browser bring none any more."""
    _set(response, "", 0)


def _set(response: Response, token: str, lasts_s: int) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=lasts_s,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )
