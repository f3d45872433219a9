"""Whose voice it is: the wearer against others by length, and who speaks when in a conversation.

    afterthought bench voices [--json]

Needs the recordings of AFTERTHOUGHT_TEST_DATA and the models of `models --fetch voices`. A wearer
is each speaker of whom there is enough: enrolled on the first half, tried on the second, as it is
and as if in other rooms; everybody else is a stranger. Conversations are the meetings of AMI, by
the annotators' word times, and made-up ones of one to four readers.
"""

import argparse
import json
from collections.abc import Sequence

from bench.recordings import data_folder
from bench.selection.voice_conversations import measure_turns
from bench.selection.voice_wearers import measure_wearers
from core.paths import home_at
from core.settings import Settings
from pipeline import models
from pipeline.voices.voice_model import GE2EVoiceModel


def main(argv: Sequence[str]) -> int:
    """Print each table as it comes."""
    arguments = _arguments(argv)
    data = data_folder()
    home = home_at(None).path
    model = GE2EVoiceModel(models.find("voice", settings=Settings(), home=home))
    for title, measure in (("wearer", measure_wearers), ("turns", measure_turns)):
        told = measure(data, model)
        text = [f"## {title}", *told.lines, ""]
        print(json.dumps({title: told.figures}) if arguments.json else "\n".join(text), flush=True)
    return 0


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    summary = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="bench voices", description=summary)
    parser.add_argument("--json", action="store_true", help="an object a table, a line each")
    return parser.parse_args(argv)
