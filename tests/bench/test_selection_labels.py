"""The labels by which selection is measured."""

import json
import os
from pathlib import Path

import pytest

from bench.selection.labels import kappa, read_labels

DATA = os.environ.get("AFTERTHOUGHT_TEST_DATA")


def test_each_reader_has_a_verdict_on_the_same_segments() -> None:
    labels = read_labels()

    assert len(labels.one) == len(labels.two) > 0
    assert sum(labels.agreed) <= min(sum(labels.one), sum(labels.two))


@pytest.mark.skipif(not DATA, reason="needs AFTERTHOUGHT_TEST_DATA")
def test_every_segment_of_the_day_has_a_label() -> None:
    labels = read_labels()
    day = json.loads((Path(DATA or "") / labels.day).read_text(encoding="utf-8"))

    assert len(day["segments"]) == len(labels.one)


def test_readers_who_agree_have_a_kappa_of_one_and_those_who_guess_of_none() -> None:
    assert kappa([True, False, True], [True, False, True]) == 1
    assert kappa([True, True, False, False], [True, False, True, False]) == 0
