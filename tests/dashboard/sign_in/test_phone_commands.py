"""`pair` and `phones` as processes, beside the page over TLS and the real capture."""

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from core.page_address import PageAddress, PageAddressFile
from core.paths import runtime_folder, state_folder
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.sign_in.letting_in import press, show, token_of
from tests.dashboard.sign_in.tls import TlsPage
from tests.waiting import killed_on_failure, waited


def afterthought(home: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "afterthought", *arguments, "--home", str(home)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def section(command: str) -> str:
    document = (Path(__file__).parents[3] / "docs" / "commands.md").read_text("utf-8")
    return document.partition(f"\n## {command}\n")[2].partition("\n## ")[0]


def test_the_command_prints_what_the_document_promises(
    page: TlsPage, capture: RealCapture, home: Path
) -> None:
    with afterthought(home, "pair", "--json") as running:
        assert running.stdout is not None
        opened = json.loads(running.stdout.readline())
        token = token_of(show(page, opened["secret"]))
        waited(lambda: capture.subscribers)
        press(capture)
        admitted = json.loads(running.stdout.readline())
        assert running.wait(20) == 0

    promised = [json.loads(each) for each in re.findall(r"```json\n(.*)\n```", section("pair"))]
    assert [list(each) for each in promised[:2]] == [list(opened), list(admitted)]
    assert len(opened["fingerprint"]) == 64
    assert page.ask("/", token=token).status == 200
    with afterthought(home, "phones", "--json") as listing:
        (phone,) = json.loads(listing.communicate()[0])
    assert phone["id"] == admitted["phone"]
    with afterthought(home, "phones", "revoke", phone["id"], "--json") as revoking:
        assert json.loads(revoking.communicate()[0])["name"] == admitted["name"]
    gone = page.ask("/", token=token)
    assert (gone.status, gone.headers["Clear-Site-Data"]) == (
        401,
        '"cache", "cookies", "storage"',
    )


def test_the_set_up_secret_is_shown_and_lets_the_first_phone_wait(
    page: TlsPage, home: Path
) -> None:
    with afterthought(home, "pair", "--set-up", "--json") as running:
        told = json.loads(running.communicate()[0])
    with afterthought(home, "pair", "--set-up") as running:
        shown, _ = running.communicate()

    promised = [json.loads(each) for each in re.findall(r"```json\n(.*)\n```", section("pair"))]
    assert list(told) in [list(each) for each in promised]
    typed = re.search(r"^((?:[0-9A-Z]{5}-){5}[0-9A-Z])$", shown, re.MULTILINE)
    assert typed is not None
    assert shown.startswith("\u2588")
    assert show(page, told["secret"]).status == 403  # another was made since
    assert show(page, typed[1]).status == 303


def test_what_is_made_once_is_not_made_again(page: TlsPage, home: Path) -> None:
    outputs = []
    for _ in range(2):
        with afterthought(home, "pair", "--set-up", "--once") as running:
            outputs.append(running.communicate())
        assert running.returncode == 0

    assert "Then press the button" in outputs[0][0]
    assert outputs[1][0] == ""
    assert "Without --once this makes another." in outputs[1][1]


def test_the_command_shows_a_code_to_scan_and_one_to_type(page: TlsPage, home: Path) -> None:
    told = PageAddressFile(runtime_folder(home))
    told.tell(PageAddress(urls=(f"https://{page.host}", "https://192.168.1.7:8766")))
    with contextlib.closing(told), afterthought(home, "pair") as running:
        assert running.stdout is not None
        text = ""
        while "SHA-256" not in text:  # how many lines the code has depends on the address
            text += (line := running.stdout.readline())
            assert line
        running.terminate()

    assert text.startswith("\u2588")
    assert f"https://{page.host}" in text
    assert "If the phone does not find that address, open https://192.168.1.7:8766/pair." in text
    assert re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", text)


def test_enter_at_its_terminal_lets_the_phone_in_that_waits(page: TlsPage, home: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "afterthought", "pair", "--json", "--home", str(home)]
    with killed_on_failure(
        subprocess.Popen(
            command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        opened = json.loads(running.stdout.readline())
        os.write(ours, b"\n")  # nobody waits yet
        token = token_of(show(page, opened["secret"], name="Ada"))
        while "Ada is waiting" not in (said := running.stderr.readline()):
            assert said
        os.write(ours, b"\n")
        admitted = json.loads(running.stdout.readline())
        assert running.wait(20) == 0
    os.close(ours)
    os.close(theirs)

    assert "or Enter here" in said
    assert admitted["name"] == "Ada"
    assert page.ask("/", token=token).status == 200


def test_where_the_page_stops_the_command_says_so(page: TlsPage, home: Path) -> None:
    with afterthought(home, "pair", "--json") as running:
        assert running.stdout is not None
        assert json.loads(running.stdout.readline())["event"] == "open"

        here = page.app.extensions["context"]
        here.ask(page.app.extensions["commands"].close())
        told = json.loads(running.communicate()[0])

    assert (running.returncode, told["code"]) == (1, "page_stopped")
    assert "afterthought pair" in told["advice"]


def test_with_a_closed_standard_input_it_shows_the_code_all_the_same(
    page: TlsPage, home: Path
) -> None:
    line = f"exec {sys.executable} -m afterthought pair --json --home {home} <&-"
    with killed_on_failure(
        subprocess.Popen(["sh", "-c", line], stdout=subprocess.PIPE, text=True)
    ) as running:
        assert running.stdout is not None
        told = json.loads(running.stdout.readline())
        running.terminate()

    assert told["event"] == "open"


def test_a_damaged_list_is_told_with_its_path_and_the_next_step(home: Path) -> None:
    damaged = state_folder(home) / "phones.json"
    damaged.write_text("{")

    with afterthought(home, "phones", "--json") as listing:
        told = json.loads(listing.communicate()[0])

    assert (listing.returncode, told["code"]) == (1, "phones_unreadable")
    assert str(damaged) in told["error"]


def test_without_the_page_both_commands_say_or_do_what_can_be_done(home: Path) -> None:
    with afterthought(home, "pair", "--json") as running:
        told = json.loads(running.communicate()[0])
        assert running.returncode == 1
    with afterthought(home, "pair", "--set-up", "--json") as running:
        assert json.loads(running.communicate()[0]) == told
    with afterthought(home, "phones", "--json") as listing:
        assert json.loads(listing.communicate()[0]) == []
    with afterthought(home, "phones", "revoke", "abcd", "--json") as revoking:
        refused = json.loads(revoking.communicate()[0])
        assert revoking.returncode == 1

    assert (told["code"], refused["code"]) == ("page_not_running", "not_found")
    assert "afterthought run" in told["advice"]
