import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest

from pipeline.store.format import drafts
from pipeline.store.format.events import (
    FIRST_PREVIOUS_HASH,
    Draft,
    Event,
    Place,
    new_belonging,
    place_event,
)
from pipeline.store.format.pages import (
    EarlyForget,
    Held,
    Page,
    PageRefused,
    first_place,
    forget_line,
    page_lines,
    read_forget,
    read_page,
)
from pipeline.store.format.peer_drafts import Signature

ORIGIN = "0123456789abcdef"
KEY = "ab" * 32


def line_of(*drafted: Draft) -> list[Event]:
    events, place = list[Event](), Place(ORIGIN, 1, 1, FIRST_PREVIOUS_HASH)
    for draft in drafted:
        event = place_event(draft, place, 1_790_000_000_000)
        events.append(event)
        place = Place(ORIGIN, event.seq + 1, event.lamport + 1, event.hash)
    return events


def signed(event: Event) -> Signature:
    return Signature(*event.place, KEY, bytes(64), is_writer=True)


def page_of(*drafted: Draft) -> Page:
    events = line_of(*drafted)
    held = {
        each.id: Held(each.id, each.salt, each.content)
        for draft in drafted
        for each in draft.belongings
    }
    return Page(tuple(events), held, signed(events[-1]))


NAMED = Draft("voice_named", "a-0", "wearer", {"voice": "A"}, (new_belonging("speaker", b"Ada"),))
HIDDEN = drafts.moment_hidden("a-0", author="wearer")
FORGOTTEN = drafts.moment_forgotten("a-0", here=False, author="wearer")


def test_a_page_arrives_as_it_was() -> None:
    page = page_of(NAMED, HIDDEN)
    lines = [*page_lines(page)]

    assert read_page(lines, FIRST_PREVIOUS_HASH) == page
    assert first_place(lines) == (ORIGIN, 1)


def test_a_page_without_its_belongings_is_one() -> None:
    page = replace(page_of(NAMED), held={})

    assert read_page(page_lines(page), FIRST_PREVIOUS_HASH) == page


def test_after_another_event_the_hashes_are_others() -> None:
    page = page_of(NAMED)

    assert read_page(page_lines(page), bytes([1]) * 32).last.hash != page.last.hash


def test_an_early_forget_arrives_as_it_was() -> None:
    event = line_of(NAMED, FORGOTTEN)[-1]
    forget = EarlyForget(event, signed(event))

    assert read_forget(forget_line(forget)) == forget


@pytest.mark.parametrize("kind", ["moment_hidden", "moment_restored"])
def test_nothing_else_comes_early(kind: str) -> None:
    event = line_of(Draft(kind, "a-0", "wearer"))[-1]

    with pytest.raises(PageRefused, match="something else"):
        read_forget(forget_line(EarlyForget(event, signed(event))))


def test_a_forget_of_a_newer_version_is_refused() -> None:
    event = line_of(Draft("moment_forgotten", "a-0", "wearer", {"here": False}, version=2))[-1]

    with pytest.raises(PageRefused, match="something else"):
        read_forget(forget_line(EarlyForget(event, signed(event))))


def changed(column: int, value: Any) -> list[bytes]:
    """A page whose first event has this value in this column."""
    lines = [*page_lines(page_of(HIDDEN))]
    told = json.loads(lines[0])
    told[column] = value
    return [json.dumps(told).encode(), *lines[1:]]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (1, "../../etc/passwd"),
        (1, "0123"),
        (2, 0),
        (2, True),
        (2, 1.5),
        (2, 2**63),
        (3, 2**53 + 1),
        (3, -1),
        (4, 2**60),
        (4, "today"),
        (5, "somebody"),
        (6, "Moment Hidden"),
        (7, 0),
        (8, ""),
        (8, "a" * 201),
        (8, "zwei\nZeilen"),
        (9, "[]"),
        (9, "{"),
        (9, '{"a": 1}'),
        (9, '{"b":1,"a":2}'),
        (9, '{"belongings":[{"id":"../a","kind":"sound","commitment":"00"}]}'),
        (9, '{"belongings":7}'),
        (9, "[" * 100_000),
        (9, 7),
    ],
)
def test_what_no_event_can_be_is_refused(column: int, value: Any) -> None:
    with pytest.raises(PageRefused):
        read_page(changed(column, value), FIRST_PREVIOUS_HASH)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff\xfe",
        b"{}",
        b"[]",
        b"[1]",
        b'["x"]',
        b'["e"]',
        b'["s","0123456789abcdef",1,"ab","cd",true]',
        b"[" * 100_000,
    ],
)
def test_what_is_no_line_of_a_page_is_refused(line: bytes) -> None:
    lines = [*page_lines(page_of(HIDDEN))]

    with pytest.raises(PageRefused):
        read_page([lines[0], line, lines[1]], FIRST_PREVIOUS_HASH)


def test_a_page_that_was_cut_is_refused() -> None:
    lines = [*page_lines(page_of(NAMED, HIDDEN))]

    for end in range(len(lines)):
        with pytest.raises(PageRefused):
            read_page(lines[:end], FIRST_PREVIOUS_HASH)


def test_nothing_follows_the_signature() -> None:
    lines = [*page_lines(page_of(HIDDEN))]

    with pytest.raises(PageRefused, match="after its signature"):
        read_page([*lines, lines[0]], FIRST_PREVIOUS_HASH)


def test_a_gap_in_the_line_is_refused() -> None:
    first, _, third = line_of(HIDDEN, HIDDEN, HIDDEN)

    with pytest.raises(PageRefused, match="does not follow"):
        read_page(page_lines(Page((first, third), {}, signed(third))), FIRST_PREVIOUS_HASH)


def test_an_order_that_goes_back_is_refused() -> None:
    first, second = line_of(HIDDEN, HIDDEN)
    back = replace(second, lamport=first.lamport)

    with pytest.raises(PageRefused, match="out of order"):
        read_page(page_lines(Page((first, back), {}, signed(back))), FIRST_PREVIOUS_HASH)


def test_a_belonging_that_does_not_fit_is_refused() -> None:
    page = page_of(NAMED)
    (held,) = page.held.values()
    other = replace(page, held={held.id: replace(held, content=b"Eve")})

    with pytest.raises(PageRefused, match="does not fit"):
        read_page(page_lines(other), FIRST_PREVIOUS_HASH)


@pytest.mark.parametrize("salt", [b"", bytes(31), bytes(33)])
def test_a_salt_of_another_length_is_refused(salt: bytes) -> None:
    lines = [*page_lines(page_of(NAMED))]
    told = ["b", "0" * 32, b64encode(salt).decode(), ""]

    with pytest.raises(PageRefused):
        read_page([lines[0], json.dumps(told).encode(), lines[2]], FIRST_PREVIOUS_HASH)


def test_a_signature_of_another_event_is_refused() -> None:
    page = page_of(HIDDEN, HIDDEN)
    other = replace(page, signature=signed(page.events[0]))

    with pytest.raises(PageRefused, match="signature"):
        read_page(page_lines(other), FIRST_PREVIOUS_HASH)
