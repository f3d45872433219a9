import pytest

from bench.mutation.operators import mutations


def changed(source: str) -> set[str]:
    return {each.apply(source) for each in mutations(source)}


@pytest.mark.parametrize(
    ("source", "mutants"),
    [
        ("a < b <= c", {"a <= b <= c", "a < b < c"}),
        ("a is not None", {"a is None"}),
        ("a in b", {"a not in b"}),
        ("a and b and c", {"a or b and c", "a and b or c"}),
        ("x = (a) + (b)", {"x = (a) - (b)"}),
        ("x = a or -1", {"x = a and -1", "x = a or 1", "x = a or -2"}),
        ("x = True", {"x = False"}),
        (
            "x = b if a else c",
            {f"x = b if ((a) {each}) else c" for each in ("and False", "or True")},
        ),
        ("x = min(a, b)", {"x = max(a, b)"}),
        ("x = f(a, b=c)", {"x = f(a)"}),
        ("x = f(b=c)", {"x = f()"}),
        ("x = f(x)", {"pass"}),
        ("f(a)", {"pass"}),
        ("with a, b:\n    c", {"if True:\n    c"}),
        ("match a:\n    case B():\n        c", {"match a:\n    case B() if False:\n        c"}),
        (
            "try:\n    a\nexcept B:\n    c\n    d",
            {"try:\n    a\nexcept B:\n    raise"},
        ),
        (
            'x = "SELECT a FROM b WHERE c < ? AND d"',
            {
                'x = "SELECT a FROM b WHERE c <= ? AND d"',
                'x = "SELECT a FROM b WHERE c < ? OR d"',
            },
        ),
    ],
)
def test_each_operator_changes_one_thing(source: str, mutants: set[str]) -> None:
    assert changed(source) == mutants


@pytest.mark.parametrize(
    "source",
    [
        '"""Less than 3."""',
        "log.info(1)",
        "x: int | None",
        "def f(a: int | None) -> str | None: ...",
        "Event = Press | Release",
        "__all__ = [1]",
        "@dataclass(frozen=True)\nclass A: ...",
        "assert a < 3",
        "class A(B, Protocol):\n    def f(self, a: int = 3) -> None: ...",
        "x = zip(a, b, strict=True)",
        'x = "One AND two"',
        'x = home / "sound"',
        'x = "CREATE TABLE a (b CHECK (b > 0)); SELECT 1"',
        'x = f(advice="Try again.")',
    ],
)
def test_what_decides_nothing_is_left_as_it_is(source: str) -> None:
    assert changed(source) == set()


def test_all_else_stays_as_it_is_down_to_the_comments() -> None:
    source = "ä = 'ß'  # größer\nif (a\n        < b):  # so\n    c\n"

    assert source.replace("<", "<=") in changed(source)
