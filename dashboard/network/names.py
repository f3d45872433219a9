"""The names by which the page is asked for. Pure."""

from urllib.parse import urlsplit

SHARED = "afterthought.local"
"""One Afterthought in the house answers to it, and sends on to its own name; nothing else."""


def host_in(header: str) -> str | None:
    """The name or address of a `Host` header, in lower case; None where it is neither.

    Any port will do, since a tunnel may change it.
    """
    try:
        return urlsplit(f"//{header}").hostname
    except ValueError:
        return None
