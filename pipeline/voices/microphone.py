"""A minute of reading from the running capture, by its control socket."""

import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from core.audio import FRAME_SAMPLES, RATE_HZ
from core.errors import UserError
from core.pcm import Pcm
from core.sockets import socket_client
from core.sockets.socket_client import Declined, NobodyThere

ENOUGH_S = 45
"""Of speech. A minute of reading has some fifty seconds of it."""

LONGEST_S = 120

LOOK_EVERY_S = 1.0

ANSWERS_WITHIN_S = 15.0

Ask = Callable[[dict[str, Any]], dict[str, Any]]


class NobodyListens(UserError):
    """Capture does not run."""

    code = "capture_not_running"


class Refused(UserError):
    """Capture refused, with its own sentence."""

    code = "refused"


def asker(socket: Path) -> Ask:
    """Asks the capture that listens at this socket."""

    def ask(request: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = socket_client.ask(socket, request, patience_s=ANSWERS_WITHIN_S)
        except NobodyThere as error:
            raise NobodyListens(
                "Not listening: capture is not running.",
                advice="Start everything with `afterthought run`, or name recordings: "
                "`afterthought enrol FILE`.",
            ) from error
        if answer.get("outcome") != "done":
            raise Refused(str(answer["sentence"]), advice=str(answer["advice"]))
        return answer

    return ask


def read_aloud(
    ask: Ask,
    spoken_s: Callable[[Pcm], float],
    progress: Callable[[float], None],
    wait: Callable[[float], None] = time.sleep,
) -> Pcm:
    """What was read, once there are 45 s of speech, or two minutes have gone by.

    `progress` hears the seconds of speech so far. Raises NobodyListens, Refused.
    """
    position = _next(ask({"do": "read_aloud", "on": True}))
    heard: list[Pcm] = []
    spoken = 0.0
    try:
        while spoken < ENOUGH_S and sum(map(len, heard)) < LONGEST_S * RATE_HZ:
            wait(LOOK_EVERY_S)
            answer = ask({"do": "read_aloud", "since": position})
            position = _next(answer)
            pcm = np.frombuffer(b64decode(answer["pcm"]), "<i2").astype(np.int16)
            heard.append(pcm)
            spoken += spoken_s(pcm[: pcm.size // FRAME_SAMPLES * FRAME_SAMPLES])
            progress(spoken)
    finally:
        _end(ask)
    return np.concatenate([np.empty(0, np.int16), *heard])


def _next(answer: dict[str, Any]) -> int:
    return int(answer["next"])


def _end(ask: Ask) -> None:
    try:
        ask({"do": "read_aloud", "on": False})
    except (NobodyListens, Refused, Declined):
        return  # it has ended already
