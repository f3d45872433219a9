"""What a home's settings make of what was heard."""

import subprocess
import sys

from core.moment import Transcript, Word
from core.settings import HearingSettings, Settings
from pipeline.transcribers import open_own_words

HEARD = Transcript("Niam", (Word("Niam", 0, 500, 0.4, doubtful=True),), "w")


def test_names_in_the_settings_are_put_into_what_was_heard() -> None:
    put = open_own_words(Settings(hearing=HearingSettings(words=("Niamh", "42"))))

    assert put(HEARD).text == "Niamh"


def test_without_names_nothing_changes_and_nothing_is_loaded() -> None:
    assert open_own_words(Settings())(HEARD) is HEARD

    program = (
        "import sys; from core.settings import Settings; from pipeline import transcribers; "
        "transcribers.open_own_words(Settings()); assert 'jellyfish' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
