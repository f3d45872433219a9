"""What the words of an utterance say for keeping it, each signal by itself. Pure."""

from core.text.words import words_of


def text_signals(text: str) -> dict[str, float]:
    """The signals of these words, each from 0 to 1."""
    return {"much_said": min(len(words_of(text)) / 16, 1.0)}
