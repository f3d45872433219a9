"""Which moment somebody meant who named one, or a sentence that says why none. Pure."""

from collections.abc import Sequence

from core.errors import NotFound
from pipeline.store.views.moment_fold import MomentRow


def only_match(named: str, found: Sequence[MomentRow], *, is_forgotten: bool) -> MomentRow:
    """The one moment whose id begins as `named` does. Raises NotFound for none and for several."""
    if len(found) == 1 and named:
        return found[0]
    if found:
        sentence = f"More than one moment's id begins with '{named}'."
        raise NotFound(sentence, advice="Give more of the id.")
    if is_forgotten:
        sentence = f"The moment {named} was forgotten."
        raise NotFound(sentence, advice="Its bytes are gone; nothing can bring it back.")
    sentence = f"There is no moment '{named}'."
    raise NotFound(sentence, advice="`afterthought list` shows what there is.")
