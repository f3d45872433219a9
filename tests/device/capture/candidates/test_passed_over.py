"""What was passed over is counted, and written down now and then."""

from core.audio import Span
from core.clock import Recorded
from core.facts import Fact
from device.capture.candidates.passed_over import EVERY_S, MOST_SPANS, PassedOver, Stretch
from tests.device.sounding import at


def stretch(start_s: float, end_s: float, reason: str = "unclear") -> Stretch:
    return Stretch(Span(at(start_s), at(end_s)), reason, Recorded(round(start_s * 1000)))


def test_it_is_written_together_every_ten_minutes() -> None:
    written = list[Fact]()
    passed = PassedOver("s", written.append)
    passed.add(stretch(5, 7), 10.0)
    passed.add(stretch(20, 29, "too_short"), 30.0)
    passed.turn(10.0 + EVERY_S - 1)
    assert written == []

    passed.turn(10.0 + EVERY_S)

    (fact,) = written
    assert (fact.id, fact.recorded.at_ms) == (f"s-{at(5)}-passed_over", 5_000)
    assert fact.details == {
        "duration_ms": 24_000,
        "counts": {"too_short": 1, "unclear": 1},
        "spans": [[0, 2_000, "unclear"], [15_000, 9_000, "too_short"]],
    }
    assert passed.counts == {"unclear": 1, "too_short": 1}


def test_what_comes_late_is_told_in_its_order() -> None:
    written = list[Fact]()
    passed = PassedOver("s", written.append)
    passed.add(stretch(20, 29), 0.0)
    passed.add(stretch(5, 7, "too_old"), 0.0)
    passed.settle()

    assert written[0].position == at(5)


def test_nothing_is_written_where_nothing_was_passed_over() -> None:
    written = list[Fact]()
    passed = PassedOver("s", written.append)
    passed.turn(10_000.0)
    passed.settle()

    assert written == []


def test_a_party_is_counted_and_its_stretches_are_bounded() -> None:
    written = list[Fact]()
    passed = PassedOver("s", written.append)
    for n in range(5 * MOST_SPANS):
        passed.add(stretch(n, n + 0.5), 0.0)
    passed.settle()

    spans = written[0].details["spans"]
    assert isinstance(spans, list)
    assert len(spans) == MOST_SPANS
    assert written[0].details["counts"] == {"unclear": 5 * MOST_SPANS}
