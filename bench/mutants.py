"""Small mistakes planted one at a time: how many of them the tests of their folder see.

    python bench/mutants.py [--mutants 200] [--seed 1] [--folder device/session] [--json]

Two hundred mutants, spread over the folders by how much there is to change in each, and chosen
by a hash of seed and mutation, so that an edit elsewhere does not choose others. Each is written
into a copy of the tree, where the tests of its folder run until one fails; one that never comes
to an end is seen too. Survivors are listed; each wants a test, or a reason.

The mistakes are of our own making (`mutation`). Of what exists, looked at 2026-11-29:
cosmic-ray 8.7.0 brings 28 packages (aiohttp, SQLAlchemy, GitPython among them), and six tenths of
what it would change here is one arithmetic operator into each of eleven others; mutmut 3.8.1
brings 18, a terminal interface among them, and offers no interface but its own run over tests in
its own process. Neither looks into SQL, where half of the store's decisions are, nor leaves out a
statement, an argument or a transaction.
"""

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.mutation.operators import Mutation, mutations

TREE = Path(__file__).resolve().parent.parent
GOAL = 0.85

TESTS = {
    "device/session": ("tests/device/session",),
    "pipeline/store": (
        "tests/pipeline/store",
        "tests/contracts/test_store.py",
        "tests/contracts/test_store_acts.py",
        "tests/contracts/test_store_passages.py",
    ),
    "pipeline/search": ("tests/pipeline/search",),
}
"""The folders that are changed, and the tests that have to see it: the folder's, and its port's."""

NOT_COPIED = (".git", ".venv", ".hypothesis", "__pycache__", ".*_cache")
PYTEST = ("-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "--hypothesis-seed=0")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mutation of one file."""

    folder: str
    path: str
    mutation: Mutation

    def lines(self, source: str) -> tuple[int, str, str]:
        """Its place, and the changed lines before and after, each as one."""
        raw, mutation = source.encode(), self.mutation
        start = raw.rfind(b"\n", 0, mutation.start) + 1
        end = (raw + b"\n").find(b"\n", mutation.end)
        after = raw[start : mutation.start] + mutation.put.encode() + raw[mutation.end : end]
        before, after = (b" ".join(each.split()) for each in (raw[start:end], after))
        return raw.count(b"\n", 0, mutation.start) + 1, before.decode(), after.decode()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of one mutant; `by` is the test that failed first."""

    folder: str
    path: str
    line: int
    operator: str
    before: str
    after: str
    outcome: str
    by: str
    took_s: float

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.before}  →  {self.after}"


def main(argv: Sequence[str] | None = None) -> int:
    """Print a table and the survivors; 1 where a folder misses the goal."""
    arguments = _arguments(argv)
    verdicts: list[Verdict] = []
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch, "tree")
        shutil.copytree(TREE, tree, ignore=shutil.ignore_patterns(*NOT_COPIED))
        chosen = [
            each
            for each in choose(tree, arguments.mutants, arguments.seed)
            if arguments.folder in {None, each.folder}
        ]
        for verdict in judge(tree, chosen):
            verdicts.append(verdict)
            told = f"{len(verdicts)}/{len(chosen)} {verdict.outcome} {verdict.took_s:.1f} s"
            print(f"{told} {verdict}", file=sys.stderr, flush=True)
    if arguments.json:
        print(json.dumps([asdict(each) for each in verdicts], indent=2, ensure_ascii=False))
    else:
        _report(verdicts)
    return int(any(share < GOAL for share in _shares(verdicts).values()))


def choose(tree: Path, count: int, seed: int) -> list[Mutant]:
    """So many of all mutants, of each folder its share."""
    found = [list(_mutants(tree, folder)) for folder in TESTS]
    total = sum(map(len, found))
    chosen: list[Mutant] = []
    for there in found:
        by_chance = sorted(there, key=lambda each: _rank(tree, each, seed))
        chosen += sorted(by_chance[: round(count * len(there) / total)], key=_place)
    return chosen


def _mutants(tree: Path, folder: str) -> Iterator[Mutant]:
    for file in sorted(tree.joinpath(folder).rglob("*.py")):
        path = file.relative_to(tree).as_posix()
        for mutation in mutations(file.read_text(encoding="utf-8")):
            yield Mutant(folder, path, mutation)


def _rank(tree: Path, mutant: Mutant, seed: int) -> bytes:
    """By chance; the same wherever else in the file something is edited."""
    _, before, after = mutant.lines(tree.joinpath(mutant.path).read_text(encoding="utf-8"))
    return hashlib.sha256(f"{seed} {mutant.path} {before} {after}".encode()).digest()


def _place(mutant: Mutant) -> tuple[str, Mutation]:
    return mutant.path, mutant.mutation


def judge(tree: Path, chosen: Sequence[Mutant]) -> Iterator[Verdict]:
    """Plant each in turn. Without any, the tests have to pass, which also times them."""
    usual_s = {folder: _usual(tree, folder) for folder in dict.fromkeys(m.folder for m in chosen)}
    for mutant in chosen:
        file = tree / mutant.path
        source, stat = file.read_text(encoding="utf-8"), file.stat()
        file.write_text(mutant.mutation.apply(source), encoding="utf-8")
        began = time.monotonic()
        outcome, by = _tested(tree, mutant.folder, patience_s=30 + 5 * usual_s[mutant.folder])
        took_s = round(time.monotonic() - began, 1)
        file.write_text(source, encoding="utf-8")
        # With its old time, what was compiled of it before counts again.
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        place = mutant.lines(source)
        operator = mutant.mutation.operator
        yield Verdict(
            mutant.folder, mutant.path, place[0], operator, *place[1:], outcome, by, took_s
        )


def _usual(tree: Path, folder: str) -> float:
    """Seconds; the first run, not counted, compiles what all others read."""
    _tested(tree, folder, patience_s=600, compiling=True)
    began = time.monotonic()
    outcome, by = _tested(tree, folder, patience_s=600)
    if outcome != "survived":
        raise SystemExit(f"The tests of {folder} fail without any mutant: {by}")
    return time.monotonic() - began


def _tested(
    tree: Path, folder: str, *, patience_s: float, compiling: bool = False
) -> tuple[str, str]:
    shutil.rmtree(tree / ".hypothesis", ignore_errors=True)
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    if not compiling:  # two mutants of one second and length would be taken for the same file
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    command = [sys.executable, "-m", "pytest", *PYTEST, *TESTS[folder]]
    with subprocess.Popen(
        command, cwd=tree, env=environment, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        try:
            printed, _ = process.communicate(timeout=patience_s)
        except subprocess.TimeoutExpired:
            return "timed out", ""
        finally:
            # With all that its tests have started.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return ("caught", _failure(printed)) if process.returncode else ("survived", "")


def _failure(printed: str) -> str:
    """The line of the summary that names what failed."""
    lines = [each for each in printed.splitlines() if each.startswith(("FAILED", "ERROR"))]
    return lines[0] if lines else printed.strip()[-200:]


def _shares(verdicts: Sequence[Verdict]) -> dict[str, float]:
    of_all = Counter(each.folder for each in verdicts)
    survived = Counter(each.folder for each in verdicts if each.outcome == "survived")
    return {folder: 1 - survived[folder] / of_all[folder] for folder in of_all}


def _report(verdicts: Sequence[Verdict]) -> None:
    print("| folder | mutants | caught | timed out | survived | seen |")
    print("|---|---|---|---|---|---|")
    for folder, share in _shares(verdicts).items():
        outcomes = Counter(each.outcome for each in verdicts if each.folder == folder)
        counts = [outcomes[each] for each in ("caught", "timed out", "survived")]
        row = " | ".join(map(str, [folder, sum(counts), *counts]))
        print(f"| {row} | {share:.1%} |")
    for verdict in verdicts:
        if verdict.outcome == "survived":
            print(verdict)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mutants", type=int, default=200, help="how many, over all folders")
    parser.add_argument("--seed", type=int, default=1, help="of the choice")
    parser.add_argument("--folder", choices=TESTS, help="only its share of them")
    parser.add_argument("--json", action="store_true", help="every verdict, as JSON")
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
