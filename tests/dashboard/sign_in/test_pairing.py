"""A pairing as it is decided: who waits, who is let in, and who is told that nobody is."""

import re
from dataclasses import replace

import pytest

from core.text.qr import qr_svg, qr_text
from dashboard.sign_in.pairing import (
    LASTS_S,
    MOST_ADDRESSES,
    MOST_WRONG,
    Answer,
    Pairing,
    Proof,
    opened,
)

NOW = 1000.0


def proof(secret: str, *, visit: str = "a", address: str = "192.168.1.9") -> Proof:
    return Proof(secret, visit, "A phone", address)


@pytest.fixture
def fresh() -> Pairing:
    return opened(NOW)


@pytest.fixture
def waiting(fresh: Pairing) -> Pairing:
    after, answer = fresh.proved(proof(fresh.secret.link), NOW + 5)
    assert answer == "waits"
    return after


def test_a_press_while_a_phone_waits_lets_it_in(waiting: Pairing) -> None:
    assert waiting.pressed(NOW + 6).is_admitted


@pytest.mark.parametrize("at_s", [NOW - 1, NOW + 4.9, NOW + 5, NOW + LASTS_S + 0.1])
def test_a_press_before_the_secret_was_shown_or_too_late_lets_nobody_in(
    waiting: Pairing, at_s: float
) -> None:
    assert waiting.pressed(at_s) == waiting


def test_a_press_while_nobody_waits_lets_nobody_in_later(fresh: Pairing) -> None:
    pressed = fresh.pressed(NOW + 1)
    after, _ = pressed.proved(proof(fresh.secret.link), NOW + 2)

    assert pressed == fresh
    assert not after.is_admitted


@pytest.mark.parametrize(
    "spell",
    [
        lambda typed: typed,
        lambda typed: f" {typed.lower()} ",
        lambda typed: typed.replace("-", " "),
        lambda typed: typed.replace("-", "\u2013"),
        lambda typed: typed.replace("0", "o").replace("1", "l"),
    ],
)
def test_what_is_typed_is_read_however_it_is_spelled(fresh: Pairing, spell: object) -> None:
    assert callable(spell)
    _, answer = fresh.proved(proof(spell(fresh.secret.shown)), NOW + 1)

    assert answer == "waits"


def test_secrets_are_long_and_never_the_same() -> None:
    some = [opened(NOW).secret for _ in range(200)]

    assert len({each.link for each in some} | {each.typed for each in some}) == 400
    assert all(re.fullmatch(r"[\w-]{22}", each.link) for each in some)
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", e.shown) for e in some)


def test_the_same_page_may_ask_again(waiting: Pairing) -> None:
    after, answer = waiting.proved(proof(waiting.secret.typed), NOW + 7)

    assert (after, answer) == (waiting, "waits")


def test_two_phones_that_show_the_secret_are_both_out(waiting: Pairing) -> None:
    after, answer = waiting.proved(proof(waiting.secret.link, visit="b"), NOW + 6)

    assert (answer, after.ended) == ("two_phones", "two_phones")
    assert not after.pressed(NOW + 7).is_admitted


def test_the_set_up_secret_gives_way_to_the_pairings_own(fresh: Pairing) -> None:
    by_set_up = Proof("", "picture", "A phone", "192.168.1.9", is_set_up=True)
    first, answer = fresh.proved(by_set_up, NOW + 1)
    assert answer == "waits"
    assert first.waiting is not None

    owner, told = first.proved(proof(fresh.secret.link, visit="owner"), NOW + 2)
    again, refused = owner.proved(by_set_up, NOW + 3)

    assert (told, refused, again) == ("waits", "not_first", owner)
    assert owner.waiting is not None
    assert (owner.waiting.visit, owner.waiting.since_s) == ("owner", NOW + 2)
    assert owner.waiting.token != first.waiting.token


def test_1000_wrong_codes_keep_neither_the_waiting_phone_nor_the_wearer_out(
    fresh: Pairing,
) -> None:
    answers: list[Answer] = []
    after = fresh
    for n in range(1000):
        after, answer = after.proved(proof(f"{n:010}", visit=f"v{n}"), NOW + 1)
        answers.append(answer)

    assert answers == ["wrong"] * MOST_WRONG + ["too_many"] * (1000 - MOST_WRONG)
    here, _ = after.proved(proof(fresh.secret.link), NOW + 2)
    elsewhere, _ = after.proved(proof(fresh.secret.typed, address="192.168.1.3"), NOW + 2)
    same, answer = after.proved(proof(fresh.secret.typed), NOW + 2)
    assert here.waiting is not None
    assert elsewhere.waiting is not None
    assert (same, answer) == (after, "too_many")


def test_wrong_codes_of_ever_new_addresses_cost_no_memory_and_no_lockout(fresh: Pairing) -> None:
    full = replace(fresh, wrong={f"fe80::{n:x}": 1 for n in range(MOST_ADDRESSES)})

    after, answer = full.proved(proof("0" * 10), NOW + 1)

    assert (after, answer) == (full, "wrong")
    assert full.proved(proof(fresh.secret.typed), NOW + 1)[1] == "waits"


@pytest.mark.parametrize("wrong", ["", "x", "é", "\0", "A" * 100_000, "0" * 10])
def test_a_wrong_secret_changes_nothing_for_the_one_that_waits(
    waiting: Pairing, wrong: str
) -> None:
    after, answer = waiting.proved(proof(wrong, visit="b"), NOW + 6)

    assert answer == "wrong"
    assert after.pressed(NOW + 7).is_admitted


@pytest.mark.parametrize("reason", ["time", "cancelled"])
def test_what_has_ended_stays_so(waiting: Pairing, reason: str) -> None:
    over = waiting.end("time" if reason == "time" else "cancelled")

    assert over.proved(proof(over.secret.link, visit="b"), NOW + 6)[1] == "closed"
    assert not over.pressed(NOW + 7).is_admitted
    assert over.end("two_phones") == over


def test_after_its_time_the_secret_is_worth_nothing(fresh: Pairing) -> None:
    assert fresh.proved(proof(fresh.secret.link), NOW + LASTS_S + 1)[1] == "closed"


def test_the_code_for_a_terminal_and_for_a_page() -> None:
    url = "https://afterthought-bcdf.local:8766/pair#AAAAAAAAAAAAAAAAAAAAAA"
    lines = qr_text(url).splitlines()

    assert len({len(line) for line in lines}) == 1
    assert set("".join(lines)) <= set(" \u2580\u2584\u2588")
    assert len(lines[0]) < 80
    assert qr_svg(url).startswith("<svg")
    assert "style=" not in qr_svg(url)
