"""A note is answered while another command is at a long file."""

import subprocess
import time
from pathlib import Path

import numpy as np

from core.paths import Home
from core.pcm import Pcm
from core.sockets import socket_client
from core.sockets.socket_client import NobodyThere
from pipeline import media
from tests.journeys.command import COMMAND, PILL_BOX, afterthought
from tests.wav import write_wav

WAITS = "Kept. It can be found once the worker has indexed it.\n"


def is_at_work(home: Path) -> bool:
    try:
        status = socket_client.ask(Home(home).worker_socket, {"do": "status"}, patience_s=60)
    except NobodyThere:
        return False
    return bool(status["working"])


def test_a_note_behind_a_long_file_is_answered_before_the_file_is_heard(
    home: Path, tmp_path: Path
) -> None:
    speech: Pcm = np.concatenate(list(media.decode(PILL_BOX)))
    write_wav(tmp_path / "long.wav", np.tile(speech, 90))  # ten minutes
    keep = [*COMMAND, "keep", str(tmp_path / "long.wav"), "--home", str(home)]
    with subprocess.Popen(keep, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as keeping:
        try:
            while not is_at_work(home) and keeping.poll() is None:
                time.sleep(0.05)

            noted = afterthought("note", "a short one", "--home", home, "--json")

            assert keeping.poll() is None
        finally:
            keeping.kill()
    assert (noted.status, len(noted.lines)) == (0, 1)
    assert noted.err in {"", WAITS}
