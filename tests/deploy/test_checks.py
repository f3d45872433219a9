"""What `doctor` says of the machine."""

from pathlib import Path

import pytest

from core.checks import State
from core.paths import Home
from deploy.checks import _swap
from tests.journeys.capturing import capture, running
from tests.journeys.command import afterthought


@pytest.mark.parametrize(
    ("all_of_it", "on_disk", "state"),
    [([], [], "ok"), (["/dev/zram0"], [], "ok"), (["/dev/zram0", "/swap"], ["/swap"], "warn")],
)
def test_swap_to_a_disk_is_told_and_swap_to_zram_is_allowed(
    all_of_it: list[str], on_disk: list[str], state: State
) -> None:
    check = _swap(all_of_it, on_disk)

    assert check.state == state
    assert all(each in check.sentence for each in on_disk)


def test_nothing_fails_before_the_first_start(tmp_path: Path) -> None:
    fresh = tmp_path / "not" / "yet"

    looked = afterthought("doctor", "--json", "--home", fresh)

    assert looked.status == 0
    assert {each["state"] for each in looked.value} <= {"ok", "warn"}
    assert not fresh.parent.exists()
    by_name = {each["name"]: each for each in looked.value}
    for service in ("capture", "worker"):
        assert by_name[service]["state"] == "warn"
        assert "not running" in by_name[service]["sentence"]
        assert "`afterthought run`" in by_name[service]["advice"]


@pytest.mark.long
def test_what_runs_is_said_to_run(home: Path) -> None:
    with capture(Home(home)), running("process", socket_at=Home(home).worker_socket):
        looked = {each["name"]: each for each in afterthought("doctor", "--json").value}

    assert looked["capture"]["state"] == looked["worker"]["state"] == "ok"
    assert looked["worker"]["sentence"] == "The worker is running."
