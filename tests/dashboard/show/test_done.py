"""What was just done, in a sentence, and the button that takes it back."""

import pytest

from dashboard.show.done import Done, Offer, done


@pytest.mark.parametrize("code", ["", "<script>", "undone.<b>", "weekdays.1", "trouble.no_page"])
def test_an_unknown_code_says_nothing(code: str) -> None:
    assert done({"done": code}) is None
    assert done({}) is None


def test_an_act_can_be_undone_and_an_undo_redone() -> None:
    hidden = done({"done": "hidden", "act": "a:1"})
    undone = done({"done": "undone.moment_hidden", "act": "a:2"})
    redone = done({"done": "redone.moment_hidden", "act": "a:3"})

    assert hidden == Done("Hidden.", Offer("/acts/undo", "a:1", "Undo"))
    assert undone == Done("Shown again.", Offer("/acts/undo", "a:2", "Redo"))
    assert redone == Done("Hidden again.", Offer("/acts/undo", "a:3", "Undo"))


def test_it_says_how_many_moments_it_was_about() -> None:
    told = {"done": "undone.moment_kept", "act": "a", "count": "3"}

    assert done(told) == Done(
        "Taken back. 3 moments are hidden now.", Offer("/acts/undo", "a", "Redo")
    )
    for count in ("x", "9" * 5000, "-1"):
        assert done({**told, "count": count}) == Done(
            "Taken back. It is hidden now.", Offer("/acts/undo", "a", "Redo")
        )


def test_a_note_that_is_not_a_moment_yet_is_undone_by_its_keep() -> None:
    assert done({"done": "noted", "keep": "ab-1"}) == Done(
        "Noted.", Offer("/moment/ab-1/undo", "", "Undo")
    )


def test_what_cannot_be_undone_offers_nothing() -> None:
    forgotten = done({"done": "forgotten"})

    assert forgotten is not None
    assert forgotten.offer is None
