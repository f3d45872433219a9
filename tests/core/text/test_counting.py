from core.text.counting import counted


def test_a_number_has_the_words_that_go_with_it() -> None:
    told = [counted(count, "letter waits", "letters wait") for count in (0, 1, 2)]

    assert told == ["0 letters wait", "1 letter waits", "2 letters wait"]
