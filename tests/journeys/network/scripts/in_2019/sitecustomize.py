"""Python whose clock is of 2019, as a Raspberry Pi's may be that was off; for its children, too."""

import time

_MAY_2019_S = 1_556_668_800
_now_ns = time.time_ns
_behind_ns = _now_ns() - _MAY_2019_S * 1_000_000_000

time.time_ns = lambda: _now_ns() - _behind_ns
time.time = lambda: time.time_ns() / 1e9
