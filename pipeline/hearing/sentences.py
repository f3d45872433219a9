"""Whisper's sentences, each between two of its timestamps, and where it left off."""

from collections.abc import Sequence

FRAMES_A_STEP = 2
"""Timestamps count steps of 20 ms, frames are of 10."""


def complete(tokens: Sequence[int], first_timestamp: int) -> tuple[list[int], int | None]:
    """The tokens of complete sentences, timestamps included, and the frame to read on from.

    None for the frame: there is nothing after them to read. What is read without timestamps
    is complete as it is. The rule is that of Whisper's own long-form decoding: two timestamps
    beside each other end a sentence and begin the next, and of a sentence that is only begun
    nothing is taken.
    """
    is_time = [token >= first_timestamp for token in tokens]
    ends = [i for i in range(1, len(tokens)) if is_time[i - 1] and is_time[i]]
    is_closed = len(tokens) > 1 and is_time[-1] and not is_time[-2]
    if not ends or is_closed:
        return _lasting(tokens, [*ends, len(tokens)], first_timestamp), None
    read_on = (tokens[ends[-1] - 1] - first_timestamp) * FRAMES_A_STEP
    if read_on == 0:  # to read on from the beginning would never end
        return list(tokens), None
    return _lasting(tokens, ends, first_timestamp), read_on


def _lasting(tokens: Sequence[int], ends: Sequence[int], first_timestamp: int) -> list[int]:
    """The sentences without those that end where they begin."""
    kept: list[int] = []
    for start, end in zip([0, *ends], ends, strict=False):
        sentence = list(tokens[start:end])
        times = [token for token in sentence if token >= first_timestamp]
        if len(times) < 2 or times[0] != times[-1]:  # noqa: PLR2004 - begin and end
            kept += sentence
    return kept
