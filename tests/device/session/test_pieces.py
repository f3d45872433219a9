"""What is said, cut into an utterance each, as soon as each has ended."""

from core.audio import Span
from device.session.pieces import Piece, Pieces, without
from tests.device.sounding import at, heard, murmured, said

LONGEST = at(30)


def test_an_utterance_is_a_piece_once_it_has_ended_and_only_once() -> None:
    pieces = Pieces(LONGEST)

    assert pieces.ended(heard(said(2), now_s=5)) == []
    (piece,) = pieces.ended(heard(said(2, 5), now_s=6))
    assert pieces.ended(heard(said(2, 5), now_s=9)) == []
    assert piece.spoken == Span(at(2), at(5))
    assert piece.clip.start < at(2)
    assert at(5) < piece.clip.end <= at(6)


def test_no_sound_is_in_two_pieces() -> None:
    one, two = Pieces(LONGEST).ended(heard(said(2, 5), said(5.3, 8), now_s=10))

    assert one.clip.end <= two.clip.start


def test_speech_without_end_is_cut() -> None:
    pieces = Pieces(LONGEST)
    found = [each for now_s in range(91) for each in pieces.ended(heard(said(0), now_s=now_s))]

    assert len(found) == 2
    assert found[0].clip.end == found[1].clip.start
    assert all(each.clip.end - each.clip.start <= LONGEST + at(1) for each in found)


def test_what_is_left_at_the_end_is_a_piece_too() -> None:
    pieces = Pieces(LONGEST)
    pieces.ended(heard(said(2), now_s=5))

    (piece,) = pieces.rest(heard(said(2), now_s=5))
    assert piece.clip.end == at(5)
    assert pieces.rest(heard(said(2), now_s=5)) == []


def test_a_cough_is_no_piece() -> None:
    pieces = Pieces(LONGEST)
    assert pieces.ended(heard(murmured(2, 3), now_s=9)) == []


def span(start_s: float, end_s: float) -> Span:
    return Span(at(start_s), at(end_s))


def test_what_a_keep_does_not_hold_of_a_piece_is_left_on_both_sides() -> None:
    piece = Piece(span(9.5, 20.5), span(10, 20))

    assert without(piece, [span(12, 15)]) == [
        Piece(span(9.5, 12), span(10, 12)),
        Piece(span(15, 20.5), span(15, 20)),
    ]
    assert without(piece, [span(0, 12), span(15, 30)]) == [Piece(span(12, 15), span(12, 15))]


def test_a_keep_beside_a_piece_takes_nothing_of_it() -> None:
    piece = Piece(span(9.5, 20.5), span(10, 20))

    assert without(piece, [span(0, 10), span(20, 30)]) == [piece]


def test_of_a_piece_that_a_keep_holds_nothing_is_left() -> None:
    piece = Piece(span(9.5, 20.5), span(10, 20))

    assert without(piece, [span(9.8, 20.2)]) == []
    assert without(piece, [span(10.1, 19.9)]) == []
