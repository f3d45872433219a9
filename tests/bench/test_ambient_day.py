"""The day of ambient, for a few minutes: it sees what it claims to see."""

from pathlib import Path

from bench.selection.ambient_day import Day, found_in


def test_what_is_searched_for_is_found_wherever_it_begins(tmp_path: Path) -> None:
    files = [tmp_path / name for name in "abc"]
    files[0].write_bytes(b"0123456789abcdefghijklmn")
    files[1].write_bytes(b"")
    files[2].write_bytes(b"xyz")
    there, not_there = (
        {b"0123456789abcdef", b"3456789abcdefghi", b"89abcdefghijklmn"},
        b"01234567xxxxxxxx",
    )

    assert found_in(files, there | {not_there}) == there
    assert found_in(files, set()) == set()


def test_what_waits_is_seen_and_in_no_file_and_a_press_is_taken(home: Path) -> None:
    day = Day(home, "ambient", hours=0.06)
    day.live(0.06)

    counted = day.counted
    assert (counted.presses > 0, counted.refused) == (True, 0)
    assert counted.waited > 0
    assert 0 < counted.most_bytes < 16_000_000
    assert counted.out_of_order == 0
    assert day.found_on_disk(home) == 0


def test_what_lies_in_a_file_is_found(home: Path) -> None:
    day = Day(home, "ambient", hours=0.06)
    day.live(0.06)
    kept = day.counted.kept
    spoken = [
        each
        for each in day.counted.spoken
        if not any(one.start < each.end and each.start < one.end for one in kept)
    ]
    start, end = spoken[0].start, spoken[0].end
    (home / "leaked").write_bytes(day.sound(start, end - start).tobytes())

    assert day.found_on_disk(home) == 1
