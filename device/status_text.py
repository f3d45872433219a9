"""The status of capture and worker, and where the page is reached, in one answer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core import capture_status
from core.capture_status import CaptureStatus, SelectionStatus
from core.clock import length_in_words
from core.errors import UserError
from core.page_address import PageAddress, read_page_address
from core.paths import Home, log_folder, runtime_folder, state_folder
from core.selection.reasons import reasons_counted
from core.sent import Sent, from_json, read_sent, with_peers
from core.sockets import socket_client
from core.sync.status import sync_sentences, sync_status
from core.text.counting import counted
from core.text.short_ids import brief_id

from .capture.control_socket import ask

PATIENCE_S = 5.0

_NO_WORKER = (
    "The worker is not running; what you keep waits safely until it is. "
    "Start everything with `afterthought run`, or the worker alone with `afterthought process`."
)


_NO_PHONE_YET = (
    "No phone has reached the page yet. If one cannot open it, that phone may be on a guest "
    "network, which keeps phones and devices apart, on another Wi-Fi, or behind a VPN: "
    "docs/network.md says what helps."
)


def standing(home: Home) -> tuple[dict[str, Any], str]:
    """The answer of `status`: a value for programs, sentences for people."""
    capture, capture_says = _capture(home.capture_socket)
    worker = _worker(home.worker_socket)
    page = read_page_address(runtime_folder(home.path))
    sent = _sent(home)
    sync = sync_status(home.path)
    sentences = [
        *capture_says,
        *worker_sentences(worker),
        *today_sentences(capture, worker),
        *page_sentences(page, sent),
        *sync_sentences(sync),
    ]
    if (log := log_folder(home.path)).is_dir():
        sentences.append(f"The log of `afterthought run` is in {log}.")
    told = page.as_json() if page else None
    value = {
        "capture": capture,
        "worker": worker,
        "page": told,
        "sent": sent.told() if sent else None,
        "sync": sync,
        "sentences": sentences,
    }
    return value, "\n".join(sentences)


def sentences(status: CaptureStatus) -> list[str]:
    """The whole truth about capture, in sentences; the first is the one that matters."""
    told = [f"{status.sentence} {status.advice}".strip(), _held(status)]
    if status.pause is not None and status.pause.remaining_s is not None:
        left = length_in_words(round(status.pause.remaining_s * 1000))
        told.append(f"The pause ends in {left}.")
    if status.continuing is not None:
        length = length_in_words(round(status.continuing.seconds * 1000))
        told.append(f"It has been going on for {length}.")
    for taken_back in status.taken_back:
        left = length_in_words(round(taken_back.remaining_s * 1000))
        name = brief_id(taken_back.keep)
        told.append(
            f"{name} was taken back by a pause, and will be erased in {left}. "
            f"`afterthought pause --bring-back {name}` keeps it."
        )
    if status.gaps:
        lost = length_in_words(round(status.lost_s * 1000))
        gaps = counted(status.gaps, "gap", "gaps")
        told.append(f"{lost} of sound were lost since it started, in {gaps}.")
    if status.selection is not None:
        told += selection_sentences(status.selection)
    if status.levels is not None and status.levels.sentence:
        told.append(f"{status.levels.sentence} {status.levels.advice}".strip())
    return told


def selection_sentences(status: SelectionStatus) -> list[str]:
    """What is kept without a press, and how much was passed over and why."""
    told = [f"{status.sentence} {status.advice}".strip()]
    if not status.is_on:
        return told
    by_itself = counted(status.kept, "utterance was", "utterances were")
    waiting = f"; {counted(status.waiting, 'waits', 'wait')}" if status.waiting else ""
    told.append(f"{by_itself} kept by itself since it started{waiting}.")
    if status.passed:
        count = counted(sum(status.passed.values()), "was", "were")
        told.append(f"{count} passed over: {reasons_counted(status.passed)}.")
    return told


def _held(status: CaptureStatus) -> str:
    held = f"{status.ring_s:.0f} of {status.ring_length_s:.0f} s of the past are held in memory"
    memory = {
        "locked": ", locked there",
        "no_swap": ", which cannot be swapped out",
        "swappable": ", which this machine may swap out to its disk",
    }[status.ring_memory]
    return f"{held}{memory}; {status.kept} kept, {status.waiting} waiting."


def _capture(path: Path) -> tuple[dict[str, Any] | None, list[str]]:
    try:
        status = ask(path, {"do": "status"})
    except UserError as error:
        return None, [str(error)]
    return status, sentences(capture_status.from_json(status))


def _sent(home: Home) -> Sent | None:
    """What has left this device."""
    return with_peers(_sent_by_page(home), home.path)


def _sent_by_page(home: Home) -> Sent | None:
    """As the page counts it, or as it last wrote it down."""
    try:
        return from_json(socket_client.ask(home.page_socket, {"do": "sent"}, patience_s=PATIENCE_S))
    except socket_client.NobodyThere:
        return read_sent(state_folder(home.path))
    except (KeyError, ValueError, TypeError):  # another version's page
        return None


def page_sentences(page: PageAddress | None, sent: Sent | None) -> list[str]:
    """Where the page is reached, what may keep a phone away from it, and what has left."""
    told = [] if page is None else list(page.sentences)
    if page is not None and page.urls and sent is not None and not sent.is_anything:
        told.append(_NO_PHONE_YET)
    return told if sent is None else [*told, sent.sentence]


def _worker(path: Path) -> dict[str, Any] | None:
    try:
        asked = {"do": "status", "today": True}
        return socket_client.ask(path, asked, patience_s=PATIENCE_S)
    except socket_client.NobodyThere:
        return None


def worker_sentences(status: Mapping[str, Any] | None) -> list[str]:
    """How the worker stands, and what is still to come and why; None where none runs.

    A worker of the version before, which runs until it is restarted, tells less.
    """
    if status is None:
        return [_NO_WORKER]
    if status["trouble"]:
        return [f"The worker waits: {status['trouble']}"]
    failing = [
        f"{brief_id(each['moment']) if each['moment'] else each['letter']}: {each['reason']}"
        for each in status["failing"]
    ]
    resting = [
        f"{each['letter']} will be tried again: {each['reason']}." for each in status["resting"]
    ]
    aside = [f"{each['letter']} was set aside: {each['reason']}." for each in status["set_aside"]]
    more = status["aside"] - len(aside)
    aside += [f"{counted(more, 'more was', 'more were')} set aside."] if more > 0 else []
    return [_running(status), *_pace(status), *_anew(status), *failing, *resting, *aside]


def today_sentences(
    capture: Mapping[str, Any] | None, worker: Mapping[str, Any] | None
) -> list[str]:
    """What was heard today, kept, written down, passed over; nothing of what is not known."""
    told = []
    heard_s = None if capture is None else capture.get("heard_today_s")
    if heard_s:
        told.append(f"Today {_length(heard_s)} of sound were heard.")
    today = None if worker is None else worker.get("today")
    if today is not None and today["kept"]:
        moments = counted(today["kept"], "moment with sound was", "moments with sound were")
        kept, written = _length(today["kept_s"]), _length(today["transcribed_s"])
        told.append(f"Today {moments} kept, {kept} in all; {written} of it are written down.")
    passed = {} if today is None else today.get("passed_over", {})  # an older worker has none
    if passed:
        told.append(passed_over_sentence(passed))
    return told


def passed_over_sentence(counts: Mapping[str, int]) -> str:
    """What was passed over today and is written down, as the page words it, too."""
    over = counted(sum(counts.values()), "utterance was", "utterances were")
    return f"{over} passed over today: {reasons_counted(counts)}."


def _running(status: Mapping[str, Any]) -> str:
    waits = counted(status["waiting"], "item waits", "items wait")
    oldest_s = status.get("oldest_s")
    since = "" if oldest_s is None else f", the oldest for {_length(oldest_s)}"
    return f"The worker is running; {waits}{since}."


def _pace(status: Mapping[str, Any]) -> list[str]:
    pace = status.get("cpu_s_per_sound_s")
    if pace is None:
        return []
    return [f"Writing down a second of sound takes {pace:.2f} s of processor time."]


def _anew(status: Mapping[str, Any]) -> list[str]:
    anew = status.get("embedding_anew")
    if anew is None:
        return []
    done = f"{anew['done']} of {anew['of']} moments are done"
    return [f"Search by meaning is being prepared for your languages: {done}."]


def _length(seconds: float) -> str:
    return length_in_words(round(seconds * 1000))
