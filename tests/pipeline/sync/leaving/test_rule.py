"""When a peer is asked again what may leave."""

from pipeline.sync.leaving.rule import LOOKS_EVERY_S, LOOKS_SOON_S, Looked


def after(looked: Looked, *, has_stayed: bool, has_more: bool = False) -> float:
    """How long it waits once a meeting has come to this."""
    looked.has_stayed |= has_stayed
    looked.go_on(100.0, has_more=has_more)
    return looked.next_s - 100.0


def test_where_all_has_left_it_is_looked_again_in_an_hour() -> None:
    assert after(Looked(), has_stayed=False) == LOOKS_EVERY_S


def test_what_was_not_promised_is_asked_for_again_soon_and_then_less_often() -> None:
    looked = Looked()

    waits = [after(looked, has_stayed=True) for _ in range(20)]

    assert waits[:3] == [LOOKS_SOON_S, 2 * LOOKS_SOON_S, 4 * LOOKS_SOON_S]
    assert waits[-1] == LOOKS_EVERY_S


def test_a_round_that_went_through_begins_the_pauses_anew() -> None:
    looked = Looked()
    after(looked, has_stayed=True)
    after(looked, has_stayed=False)

    assert after(looked, has_stayed=True) == LOOKS_SOON_S


def test_what_stayed_at_the_start_of_a_round_counts_at_its_end() -> None:
    looked = Looked()

    assert after(looked, has_stayed=True, has_more=True) == 0
    assert after(looked, has_stayed=False) == LOOKS_SOON_S
