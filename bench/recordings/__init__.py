"""Where the recordings and texts are that the benchmarks measure on."""

import os
from pathlib import Path

from core.errors import UserError

DAY = Path("speech/dev/day/day_dev.flac")
"""Twelve minutes of talk whose words and times are known: in the .json beside it."""


class DataMissing(UserError):
    """The data to measure by is not here."""

    code = "data_missing"


def data_folder() -> Path:
    """The folder that AFTERTHOUGHT_TEST_DATA names. Raises DataMissing."""
    if (folder := data_folder_if_named()) is None:
        sentence = "The recordings to measure by are not here."
        raise DataMissing(sentence, advice="Name their folder in AFTERTHOUGHT_TEST_DATA.")
    return folder


def data_folder_if_named() -> Path | None:
    """The same; None where it names none."""
    named = os.environ.get("AFTERTHOUGHT_TEST_DATA")
    return Path(named) if named else None
