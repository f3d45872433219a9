"""Things that come one by one, some at a time (itertools.batched, which Python 3.12 brings)."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size`, the last one shorter; a list is given before the next item is taken."""
    coming = iter(items)
    while batch := list(islice(coming, size)):
        yield batch
