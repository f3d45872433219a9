"""The machine: its name among others, its memory and the profile that this decides, its threads."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal

_MEMINFO = Path("/proc/meminfo")

_CPUINFO = Path("/proc/cpuinfo")

_SERIAL = Path("/sys/firmware/devicetree/base/serial-number")
"""A Raspberry Pi's own serial number: the one name that a cloned card does not carry along."""

_MACHINE_ID = Path("/etc/machine-id")

Profile = Literal["zero", "full"]

ZERO_BELOW_KB = 700_000
"""A Zero 2 W shows 400 to 426 MB; the next larger board has a gigabyte."""

LONGEST_RING_S: dict[Profile, float] = {"zero": 300.0, "full": 1800.0}
"""Half an hour is 58 MB; five minutes, 10 MB, are what fits beside the rest on a Zero 2 W."""


_POOLS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")

GIVES_BACK = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": str(16 * 1024 * 1024),
    "MALLOC_MMAP_THRESHOLD_": str(4 * 1024 * 1024),
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "1",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}
"""glibc keeps what a window has used: 348 MB after twelve windows, 273 with these, in the same
CPU time (11.5 s; x86, 2026-11). Thresholds of 128 KB give 259 MB and cost half as much again.
What is taken anew comes in pages of 2 MB where the kernel has them, in a tenth of the faults: of
encoding and searching a sixth less CPU, and the same peak (docs/decisions/026)."""


def thread_pools(threads: int) -> dict[str, str]:
    """The environment of a process whose libraries work with so many threads.

    They read it as they are loaded. Pools that spin double the CPU: the same work took 26 CPU s
    with two threads, 11.5 with one, at equal wall time (x86, Whisper tiny.en int8). Where there
    are several all the same, they wait asleep.

    NumPy's library has one of them always: how it shares a product out decides the last digits, and
    from those a hard sound gets other words.
    """
    pools = dict.fromkeys(_POOLS, str(threads))
    return {**pools, "OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}


def calm_thread_pools() -> None:
    """One thread for this process and for its children. Called by a root before NumPy is loaded."""
    os.environ.update(thread_pools(1))


def processor(cpuinfo: Path = _CPUINFO) -> str:
    """The kind of this machine's processor, in the kernel's words; empty where it has none.

    On ARM the words are numbers: `0x41 0xd0b` is a Cortex-A76.
    """
    found = set()
    for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip() in {"model name", "CPU implementer", "CPU part"}:
            found.add(value.strip())
    return " ".join(sorted(found))


def machine_name() -> bytes:
    """What tells this machine from others; empty where nothing does."""
    for path in (_SERIAL, _MACHINE_ID):
        try:
            return path.name.encode() + b":" + path.read_bytes().strip(b"\0\n ")
        except OSError:
            continue
    return b""


def profile(named: str = "auto") -> Profile:
    """The profile of this machine; the one that the settings name, unless that is `auto`."""
    if named in {"zero", "full"}:
        return "zero" if named == "zero" else "full"
    return "zero" if _memory_kb() < ZERO_BELOW_KB else "full"


def available_bytes(meminfo: Path = _MEMINFO) -> int | None:
    """Memory that programs can have without swapping; None where the kernel does not say."""
    available_kb = _kb("MemAvailable", meminfo)
    return None if available_kb is None else available_kb * 1024


def give_memory_back() -> None:
    """Let the system have what this process freed and the C library keeps for another time.

    2 ms for 30 MB. Does nothing where the C library is not glibc.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], object] | None:
    import ctypes  # noqa: PLC0415 - few processes need it

    return getattr(ctypes.CDLL(None), "malloc_trim", None)


def _memory_kb() -> int:
    return _kb("MemTotal", _MEMINFO) or ZERO_BELOW_KB


def _kb(name: str, meminfo: Path) -> int | None:
    for line in meminfo.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return None


def battery_percent(supplies: Path = Path("/sys/class/power_supply")) -> int | None:
    """Of the emptiest battery that is being emptied; None on mains power, which is assumed."""
    found = [
        int(percent)
        for each in supplies.glob("*")
        if _told(each / "type") == "Battery" and _told(each / "status") == "Discharging"
        if _told(each / "scope") != "Device"  # of a mouse, a headset, a Bluetooth button
        if (percent := _told(each / "capacity")).isascii() and percent.isdigit()
    ]
    return min(found, default=None)


def _told(file: Path) -> str:
    """Nothing where the kernel has no such file, or will not say."""
    try:
        return file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
