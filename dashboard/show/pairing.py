"""What a phone may be called. Pure."""

import re

from dashboard.sentences import say

_KINDS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Macintosh": "Mac",
    "Windows": "Windows",
    "Linux": "Linux",
}
_BROWSER = re.compile(r"(Firefox|FxiOS|EdgA?|CriOS|Chrome|Safari)/")
_CALLED = {"FxiOS": "Firefox", "Edg": "Edge", "EdgA": "Edge", "CriOS": "Chrome"}


def name_of(user_agent: str) -> str:
    """A name by what its browser says of itself: `iPhone, Safari`."""
    kinds = (called for found, called in _KINDS.items() if found in user_agent)
    kind = next(kinds, say("phones.a_phone"))
    browser = _BROWSER.search(user_agent)
    return kind if browser is None else f"{kind}, {_CALLED.get(browser[1], browser[1])}"
