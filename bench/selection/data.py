"""Where the recordings and texts are that selection is measured by."""

import os
from pathlib import Path

from core.errors import UserError


class DataMissing(UserError):
    """The data to measure by is not here."""

    code = "data_missing"


def data_folder() -> Path:
    """The folder that AFTERTHOUGHT_TEST_DATA names. Raises DataMissing."""
    named = os.environ.get("AFTERTHOUGHT_TEST_DATA")
    if not named:
        sentence = "The recordings to measure by are not here."
        raise DataMissing(sentence, advice="Name their folder in AFTERTHOUGHT_TEST_DATA.")
    return Path(named)
