"""How many of something, for people."""


def counted(count: int, one: str, several: str) -> str:
    """`1 letter waits` or `2 letters wait`: the number, and the words that go with it."""
    return f"{count} {one if count == 1 else several}"
