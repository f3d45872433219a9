import jellyfish

from pipeline.sync.introduction.words import WORDS, words_of


def test_every_byte_has_a_word_of_its_own() -> None:
    assert len(set(WORDS)) == 256
    assert words_of(bytes(range(256))) == WORDS


def test_no_two_begin_alike() -> None:
    assert len({word[:3] for word in WORDS}) == 256


def test_no_two_sound_alike() -> None:
    assert len({jellyfish.metaphone(word) for word in WORDS}) == 256


def test_they_are_plain_letters() -> None:
    assert all(word.isascii() and word.islower() and word.isalpha() for word in WORDS)
