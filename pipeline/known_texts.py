"""Which texts the archive has already: what makes importing the same lines again harmless.

Compared with what is there, at that time: no mark of a text is stored that would outlive it.
"""

from core.spool_port import TypedText
from pipeline.store.port import Reader
from pipeline.store.views.moment_fold import MomentRow


async def known_moment(archive: Reader, text: TypedText) -> MomentRow | None:
    """The moment that this text became before, or that its ref stands for; None where it is new.

    By the ref; without one by what it says, the second of two equal lines being another moment.
    """
    known = await archive.find_moment(text.id)
    if known is not None or text.reference is None:
        return known
    if text.reference.ref is not None:
        return await archive.by_reference(text.reference)
    alike = [row for row in await archive.imported_alike(text) if says_the_same(row, text)]
    return alike[text.nth - 1] if text.nth <= len(alike) else None


def says_the_same(row: MomentRow, text: TypedText) -> bool:
    """The same words by the same speaker, and at the same time where the text names one."""
    given = text.recorded.source == "given"
    at = row.at_ms == text.recorded.at_ms if given else row.boot is not None or row.at_ms is None
    return at and (row.text, row.speaker) == (text.text, text.speaker)
