"""The cookie of a sign-in."""

from flask import Response

COOKIE = "__Host-afterthought"
"""The prefix makes browsers refuse it from any other host, without TLS or for a part of us."""

LASTS_S = 400 * 86_400
"""As long as browsers keep one; each visit that is written down begins it anew."""


def give_cookie(response: Response, token: str) -> None:
    """Have the browser bring this token from now on, to us alone."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=LASTS_S,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )
