"""Sentences that say why no sound comes, with the next step."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.errors import UserError


class MicrophoneFault(UserError):
    """No sound comes from the microphone."""

    code = "microphone"


_FAULTS = {
    "no_portaudio": (
        "The PortAudio library is not installed, so no microphone can be read.",
        "Install it: sudo apt-get install libportaudio2.",
    ),
    "no_microphone": (
        "There is no microphone on this machine.",
        "Plug one in; capture goes on by itself when it is there.",
    ),
    "microphone_away": (
        "The microphone {named!r} is not there; there is {there}.",
        "Plug it in, or name another as device.microphone in settings.toml: a part will do.",
    ),
    "microphone_busy": (
        "Another program holds the microphone{holder}.",
        "Close that program; capture goes on by itself.",
    ),
    "microphone_forbidden": (
        "This user may not read the microphone.",
        "Run `sudo usermod -aG audio $USER`, then log in again.",
    ),
    "microphone_silent": (
        "The microphone stopped sending sound.",
        "Starting it again; if this goes on, unplug it and plug it in again.",
    ),
    "microphone_failed": (
        "The microphone cannot be read.",
        "Unplug it and plug it in again; capture goes on by itself.",
    ),
}

_PERHAPS_HIDDEN = frozenset({"no_microphone", "microphone_away", "microphone_failed"})
"""PortAudio leaves out what it cannot open, for whatever reason: these may be another fault."""

MayRead = Callable[[Path], bool]


def _may_read(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK)


def fault(
    message: Mapping[str, Any],
    devices: Path = Path("/dev/snd"),
    cards: Path = Path("/proc/asound"),
    may_read: MayRead = _may_read,
) -> MicrophoneFault:
    """The error that the child's message stands for; `code`, `named` and `there` are read of it."""
    code, holder = str(message["code"]), ""
    if code in _PERHAPS_HIDDEN:
        code = _hidden(devices, cards, may_read) or code
    if code == "microphone_busy":
        holder = _holder(cards)
    sentence, advice = _FAULTS.get(code, _FAULTS["microphone_failed"])
    there = ", ".join(map(repr, message.get("there", []))) or "none"
    said = sentence.format(named=str(message.get("named")), there=there, holder=holder)
    return MicrophoneFault(said, advice=advice)


def _hidden(devices: Path, cards: Path, may_read: MayRead) -> str | None:
    """The code of why PortAudio lists no microphone though the kernel does; else None."""
    inputs = sorted(devices.glob("pcmC*D*c"))
    if inputs and not any(may_read(each) for each in inputs):
        return "microphone_forbidden"
    if inputs and all(_is_open(cards, each.name) for each in inputs):
        return "microphone_busy"
    return None


def _is_open(cards: Path, name: str) -> bool:
    """True if some program reads this input. The kernel's names: pcmC1D0c is card1/pcm0c."""
    found = re.fullmatch(r"pcmC(\d+)D(\d+)c", name)
    if found is None:
        return False
    states = list(cards.glob(f"card{found[1]}/pcm{found[2]}c/sub*/status"))
    return bool(states) and all(_text(each).strip() != "closed" for each in states)


def _holder(cards: Path) -> str:
    """The program that reads a microphone; empty where the kernel does not say."""
    for status in sorted(cards.glob("card*/pcm*c/sub*/status")):
        found = re.search(r"owner_pid\s*:\s*(\d+)", _text(status))
        if found is not None:
            name = _text(Path("/proc") / found[1] / "comm").strip() or "a program"
            return f": {name}, process {found[1]}"
    return ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:  # unplugged or ended meanwhile
        return ""
