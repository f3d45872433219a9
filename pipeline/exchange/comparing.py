"""Whether a backup may take the place of another: never a worse one that of a better one."""

from collections.abc import Collection

from pipeline.exchange.manifest import Manifest


def why_it_knows_more(old: Manifest, origins: Collection[str], held: Collection[str]) -> str | None:
    """What speaks against it in the journal, to be said of the file that is there; None: nothing.

    `origins` are those of the archive; `held` the lines of the old one whose last event it has,
    as it was.
    """
    if old.lines and not any(origin in origins for origin in old.lines):
        return "is a backup of another archive"
    if any(origin not in held for origin in old.lines):
        return "knows events that this archive does not have"
    return None


def why_it_is_better(new: Manifest, old: Manifest) -> str | None:
    """What else speaks against it, to be said of the file that is there; None: nothing."""
    if new.doubt and not old.doubt:
        return "was made while the archive was not in doubt"
    if {*new.missing, *new.altered} - {*old.missing, *old.altered}:
        return "has sound that is missing or damaged now"
    if new.away.keys() - {*old.missing, *old.altered, *old.away, *old.to_come}:
        return "may have sound that has left this machine since"
    if new.problems and not old.problems:
        return "is whole, while this one would have damage in it"
    return None
