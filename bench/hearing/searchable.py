"""From closed to searchable for 10 s of speech, over what the models alone take."""

from bench import closed_to_searchable
from bench.hearing.rows import Asked, Told

CLIPS = 12


def measure(asked: Asked) -> Told:
    """As `bench closed_to_searchable` measures it; times, so the machine should be at rest."""
    found = closed_to_searchable.measured(max(1, CLIPS // asked.every), presses=0)
    goal = closed_to_searchable.GOAL
    missed = [f"{found.ratio:.2f} of the models alone, over {goal}"] if found.ratio > goal else []
    figures = {
        "ours_s": [round(each, 3) for each in found.ours_s],
        "bare_s": [round(each, 3) for each in found.bare_s],
        "ratio": round(found.ratio, 3),
    }
    return Told(found.lines(), figures, missed)
