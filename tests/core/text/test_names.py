"""What somebody is called is one line that can be stored and shown."""

import pytest

from core.errors import TextUnreadable
from core.text.names import LONGEST_NAME, person_name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" Bert\n B. ", "Bert B."),
        ("Zoe\u0308", "Zoë"),
        ("نور", "نور"),
        ("N" * LONGEST_NAME, "N" * LONGEST_NAME),
    ],
)
def test_a_name_is_one_line(typed: str, name: str) -> None:
    assert person_name(typed) == name


@pytest.mark.parametrize(
    "typed", ["", " \n", "Zo\udcff", "red\x1b[31m", "N\0", "N" * (LONGEST_NAME + 1)]
)
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(TextUnreadable):
        person_name(typed)
