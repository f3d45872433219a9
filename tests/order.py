"""The order of a suite that is shared out over several workers."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Test = TypeVar("Test")


def longest_first(
    tests: Sequence[Test], minutes: Callable[[Test], int], workers: int
) -> list[Test]:
    """The same tests: those that take minutes come first in each worker's part, the longest first.

    A part is what pytest-xdist hands to a worker in the beginning: an equal share, in order.
    """
    long = sorted(filter(minutes, tests), key=minutes, reverse=True)
    short = [each for each in tests if not minutes(each)]
    order: list[Test] = []
    for worker in range(workers):
        share = (len(tests) - len(order)) // (workers - worker)
        first = long[worker::workers]
        beside = max(0, share - len(first))
        order += first + short[:beside]
        short = short[beside:]
    return order + short
