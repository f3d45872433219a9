"""Waiting for something that another thread or process does, on a machine that may be busy."""

import time
from collections.abc import Callable

PATIENCE_S = 120.0
"""Longer than anything takes on a machine that does six things more; who waits in vain fails."""

_LOOK_EVERY_S = 0.02


def waited(holds: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Return once it holds. Raises AssertionError where it never does."""
    ends_s = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < ends_s, "it never came"
        time.sleep(_LOOK_EVERY_S)
