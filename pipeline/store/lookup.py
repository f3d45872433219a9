"""Why no moment has the id that somebody typed. Pure."""

from core.errors import NotFound


def not_there(named: str, *, was_forgotten: bool) -> NotFound:
    """No moment is meant."""
    if was_forgotten:
        sentence = f"The moment {named} was forgotten."
        return NotFound(sentence, advice="Its bytes are gone; nothing can bring it back.")
    sentence = f"There is no moment '{named}'."
    return NotFound(sentence, advice="`afterthought list` shows what there is.")
