"""What takes longest is begun first, by every worker."""

from tests.order import longest_first

MINUTES = {"a soak": 1, "the longest": 6, "another soak": 1}


def test_each_workers_share_begins_with_what_takes_longest() -> None:
    tests = ["one", "a soak", "two", "three", "the longest", "four", "another soak", "five"]

    ordered = longest_first(tests, lambda name: MINUTES.get(name, 0), workers=2)

    assert ordered[:4] == ["the longest", "another soak", "one", "two"]
    assert ordered[4:] == ["a soak", "three", "four", "five"]


def test_no_test_is_lost_or_run_twice_whatever_the_shares_are() -> None:
    for count in range(9):
        for workers in range(1, 5):
            ordered = longest_first(range(count), lambda n: n % 3, workers)

            assert sorted(ordered) == list(range(count))
