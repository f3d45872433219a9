"""The CPU time of this process and its children, living ones included."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_s() -> float:
    """User and system time since the start, in seconds."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used) + sum(_living(os.getpid()))


def _living(parent: int) -> Iterator[float]:
    """The time of each living descendant, and of the children that it has waited for."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if int(fields[1]) == parent:
            yield sum(map(int, fields[11:15])) / _TICKS_PER_S
            yield from _living(int(path.parent.name))
