"""Whether the second stage keeps what two readers of a day would want back.

    afterthought bench judged

Every segment of the day is heard by the real models and judged, so nothing is lost to the first
stage. Beside it keeping all, and keeping as many at random.
"""

import sys
from collections.abc import Sequence

from bench.recordings import data_folder
from bench.selection.judged_day import judged_day
from bench.selection.labels import read_labels

RECALL_GOAL = 0.9
LIFT_GOAL = 2.0
"""Times the precision of keeping all."""


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where a goal is missed."""
    del argv
    labels = read_labels()
    agreed = labels.agreed
    verdicts = judged_day(data_folder(), labels.day)
    kept = [each.is_kept for each in verdicts]
    recall, precision = found(kept, agreed)
    all_of_it = sum(agreed) / len(agreed)
    lift = precision / all_of_it
    print(f"{len(agreed)} segments, {sum(agreed)} wanted by both; kappa {labels.kappa:.2f}")
    print(f"kept {sum(kept)}: recall {recall:.2f} (goal {RECALL_GOAL}), precision {precision:.2f}")
    print(f"keeping all: precision {all_of_it:.2f}, so {lift:.2f} times that (goal {LIFT_GOAL})")
    print(f"as many at random: recall {sum(kept) / len(kept):.2f}")
    for name, reader in (("one", labels.one), ("two", labels.two)):
        recall_of, precision_of = found(kept, reader)
        print(f"by reader {name} alone: recall {recall_of:.2f}, precision {precision_of:.2f}")
    missed = [row for row, (k, a) in enumerate(zip(kept, agreed, strict=True)) if a and not k]
    in_vain = [row for row, (k, a) in enumerate(zip(kept, agreed, strict=True)) if k and not a]
    print(f"rows missed: {missed}; rows kept in vain: {in_vain}")
    return int(recall < RECALL_GOAL or lift < LIFT_GOAL)


def found(kept: Sequence[bool], wanted: Sequence[bool]) -> tuple[float, float]:
    """Recall and precision."""
    both = sum(k and w for k, w in zip(kept, wanted, strict=True))
    return both / max(sum(wanted), 1), both / max(sum(kept), 1)


if __name__ == "__main__":
    sys.exit(main())
