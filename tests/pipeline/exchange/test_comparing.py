"""A worse backup never takes the place of a better one."""

from dataclasses import replace

import pytest

from pipeline.exchange.comparing import why_it_is_better, why_it_knows_more
from pipeline.exchange.manifest import Manifest

A, B = "a" * 16, "b" * 16
HASH, OTHER = "1" * 64, "2" * 64
OLD = Manifest("0" * 32, "", 15, {A: (7, HASH)}, 3, 7, 1, 10, {})


@pytest.mark.parametrize(
    ("origins", "held", "why"),
    [
        ({A}, {A}, None),
        ({A, B}, {A}, None),
        ({A}, set[str](), "knows events"),
        ({B}, set[str](), "another archive"),
    ],
)
def test_a_journal_that_does_not_go_on_from_the_old_one_is_refused(
    origins: set[str], held: set[str], why: str | None
) -> None:
    told = why_it_knows_more(OLD, origins, held)

    assert told is None if why is None else why in str(told)


def test_a_line_that_the_archive_lost_is_refused_although_another_went_on() -> None:
    old = replace(OLD, lines={A: (7, HASH), B: (2, OTHER)})

    assert "knows events" in str(why_it_knows_more(old, {A}, {A}))


@pytest.mark.parametrize(
    ("new", "old", "why"),
    [
        ({}, {}, None),
        ({"doubt": "it is older"}, {}, "not in doubt"),
        ({"doubt": "it is older"}, {"doubt": "it is empty"}, None),
        ({"missing": (HASH,)}, {}, "sound that is missing"),
        ({"missing": (HASH,)}, {"missing": (HASH, OTHER)}, None),
        ({"altered": {HASH: OTHER}}, {}, "damaged"),
        ({"problems": ("An event was altered.",)}, {}, "is whole"),
        ({"problems": ("An event was altered.",)}, {"problems": ("Another.",)}, None),
        ({}, {"problems": ("An event was altered.",)}, None),
    ],
)
def test_what_was_damaged_since_is_refused_and_what_was_so_before_is_not(
    new: dict[str, object], old: dict[str, object], why: str | None
) -> None:
    told = why_it_is_better(replace(OLD, **new), replace(OLD, **old))  # type: ignore[arg-type]

    assert told is None if why is None else why in str(told)
