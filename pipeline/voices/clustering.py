"""Which windows are of one voice. Pure; no number of voices is given."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.voices.voice_model import Vectors, unit
from pipeline.voices.windows import STEP_MS, Stretch

ALIKE = 0.68
"""Groups of windows are joined while their windows' mean likeness is at least this. On the
development meetings and on made-up conversations alike, 0.66 to 0.72 give the same within 2
points of words; at 0.76 one voice falls into several, at 0.60 several become one."""

LEAST_WINDOWS = 6
"""Of a voice, two and a half seconds; fewer go to the voice that they are most like."""

AT_ONCE = 600
"""Windows, evenly taken, by which the voices of a longer clip are found: four minutes of speech.
All the others go to the nearest. The time that joining takes grows with their square."""

Labels = npt.NDArray[np.int64]
"""Shape (n,): for each window the number of its voice, from 0."""


def voices_of(windows: Sequence[Stretch], vectors: Vectors) -> Labels:
    """The voice of each window, numbered in the order in which they are first heard."""
    if not len(vectors):
        return np.empty(0, np.int64)
    smoothed = _smoothed(windows, vectors)
    taken = _evenly(len(smoothed))
    joined = _joined(smoothed[taken])
    least = max(2, LEAST_WINDOWS * len(taken) // len(smoothed))
    labels = _nearest(smoothed, _centres(smoothed[taken], joined, least))
    if len(taken) < len(smoothed):
        labels = _nearest(smoothed, _centres(smoothed, labels, LEAST_WINDOWS))
    return _in_order(labels)


def centre(vectors: Vectors) -> Vectors:
    """What stands for these windows: their mean direction."""
    middle: Vectors = unit(vectors.mean(axis=0))
    return middle


def _smoothed(windows: Sequence[Stretch], vectors: Vectors) -> Vectors:
    """Each with the ones beside it that it overlaps: a window alone is told apart badly."""
    starts = np.array([each.start_ms for each in windows])
    sums = vectors.copy()
    beside = np.abs(np.diff(starts)) < STEP_MS + STEP_MS // 4
    sums[1:][beside] += vectors[:-1][beside]
    sums[:-1][beside] += vectors[1:][beside]
    return unit(sums)


def _evenly(count: int) -> Labels:
    if count <= AT_ONCE:
        return np.arange(count)
    return np.linspace(0, count - 1, AT_ONCE).astype(np.int64)


def _joined(vectors: Vectors) -> Labels:
    """Agglomerative, by the mean likeness of two groups, until no two are alike."""
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -1.0)
    sizes = np.ones(len(vectors), np.float32)
    labels = np.arange(len(vectors))
    while len(vectors) > 1:
        one, other = divmod(int(likeness.argmax()), len(vectors))
        if likeness[one, other] < ALIKE:
            break
        share = sizes[one] / (sizes[one] + sizes[other])
        likeness[one] = share * likeness[one] + (1 - share) * likeness[other]
        likeness[:, one] = likeness[one]
        likeness[one, one] = -1.0
        likeness[other] = likeness[:, other] = -1.0
        sizes[one] += sizes[other]
        labels[labels == other] = one
    return labels


def _centres(vectors: Vectors, labels: Labels, least: int) -> Vectors:
    """Of every group with so many windows; of the largest, where none has."""
    numbers, counts = np.unique(labels, return_counts=True)
    large = numbers[counts >= least] if (counts >= least).any() else numbers[[counts.argmax()]]
    return np.stack([centre(vectors[labels == each]) for each in large])


def _nearest(vectors: Vectors, centres: Vectors) -> Labels:
    nearest: Labels = (vectors @ centres.T).argmax(axis=1)
    return nearest


def _in_order(labels: Labels) -> Labels:
    order: dict[int, int] = {}
    return np.array([order.setdefault(int(each), len(order)) for each in labels], np.int64)
