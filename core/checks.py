"""The findings of `afterthought doctor`: each package looks at its own things, in sentences."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]
"""ok: as it should be. warn: something is missing and the rest works. fail: it cannot work."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `advice` is the next step, and empty where all is well."""

    name: str
    state: State
    sentence: str
    advice: str = ""
