"""The name that somebody typed for a person: one line that can be stored and shown. Pure."""

import unicodedata

from core.errors import TextUnreadable

LONGEST_NAME = 80
"""Characters. It stands before each thing that is said."""


def person_name(typed: str) -> str:
    """The name, composed (NFC), with single spaces. Raises TextUnreadable for what is no name."""
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not name:
        raise TextUnreadable("The name is empty.", advice="Give it at least a letter.")
    if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in name):
        raise TextUnreadable(
            "The name holds what cannot be shown: a control character, or bytes that are no UTF-8.",
            advice="Type it again, without pasting it.",
        )
    if len(name) > LONGEST_NAME:
        raise TextUnreadable(
            f"The name is longer than {LONGEST_NAME} characters.", advice="Give a shorter one."
        )
    return name
