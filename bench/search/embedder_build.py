"""The memory that set-up needs to build the embedding model, in a group that has no more."""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.errors import UserError

GOAL_MB = 150
"""A Zero 2 W shows 400 to 426 MB and its system takes 100 or more; pip has ended by then."""

LIMITS_MB = (GOAL_MB, 120, 100, 80, 60)

BUILD = (
    "import sys; from pathlib import Path; from deploy.build_models import build_embedder; "
    "build_embedder(Path(sys.argv[1]))"
)
GROUPS = Path("/sys/fs/cgroup")
ENTER = 'echo $$ >"$0/cgroup.procs" && exec "$@"'


class NoGroups(UserError):
    """The kernel makes no group of this size for us."""

    code = "no_groups"


def main(argv: Sequence[str]) -> int:
    """Print the time under each limit, or that it was killed; 1 where the goal is missed."""
    parser = argparse.ArgumentParser(prog="bench embedder_build")
    parser.add_argument("--limits", type=int, nargs="+", default=LIMITS_MB, metavar="MB")
    statuses: dict[int, int] = {}
    for limit_mb in parser.parse_args(argv).limits:
        began_s = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            statuses[limit_mb] = build_within(limit_mb, Path(folder, "embedder"))
        ended = "built" if statuses[limit_mb] == 0 else f"status {statuses[limit_mb]}"
        print(f"{limit_mb:5} MB, swap off: {ended} in {time.perf_counter() - began_s:.1f} s")
    print(f"goal: built within {GOAL_MB} MB")
    return int(any(status for limit, status in statuses.items() if limit >= GOAL_MB))


def build_within(limit_mb: int, target: Path) -> int:
    """Build the folder `target`; the exit status, which is -9 where the memory was too little.

    The memory counts all that the process holds, the pages of its files included. Raises NoGroups.
    """
    with memory_group(limit_mb * 1_000_000) as group:
        command = ["sh", "-c", ENTER, str(group), sys.executable, "-c", BUILD, str(target)]
        return subprocess.run(command, check=False, cwd=Path(__file__).parents[2]).returncode


@contextlib.contextmanager
def memory_group(size_bytes: int) -> Iterator[Path]:
    """A control group with so much memory and no swap; a process enters by its `cgroup.procs`.

    Version 1 or 2 of the kernel's groups. Raises NoGroups where it is not ours to make.
    """
    is_first = (GROUPS / "memory" / "memory.limit_in_bytes").exists()
    group = (GROUPS / "memory" if is_first else GROUPS) / f"afterthought-{os.getpid()}"
    limits = {
        "memory.limit_in_bytes": size_bytes,
        "memory.memsw.limit_in_bytes": size_bytes,  # memory and swap together
        "memory.max": size_bytes,
        "memory.swap.max": 0,
    }
    try:
        if not is_first:
            (GROUPS / "cgroup.subtree_control").write_text("+memory", encoding="ascii")
        group.mkdir()
    except OSError as error:
        sentence = f"This machine makes no group of limited memory for us ({error.strerror})."
        raise NoGroups(sentence, advice="Run it as root, outside a container.") from error
    try:
        for name, limit in limits.items():
            if (group / name).exists():
                (group / name).write_text(str(limit), encoding="ascii")
        yield group
    finally:
        group.rmdir()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
