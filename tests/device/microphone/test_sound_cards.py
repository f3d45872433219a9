"""What is known of cards, and how a device is tried."""

import json

import pytest

from device.microphone.child import attempts
from device.microphone.child_microphone import Tuning
from device.microphone.conversion import Form
from device.microphone.sound_cards import CARDS, MEMS_GAIN_DB, card

VOICE_HAT = (
    "snd_rpi_googlevoicehat_soundcar: Google voiceHAT SoundCard HiFi voicehat-hifi-0 (hw:1,0)"
)
USB = "USB PnP Sound Device: Audio (hw:2,0)"


def tried(name: str, tuning: Tuning | None = None) -> list[tuple[int, int, str]]:
    asked = json.loads((tuning or Tuning()).asked(None))
    device = {"name": name, "default_samplerate": 44100.0}
    return [(f["rate_hz"], f["channels"], f["format"]) for f in attempts(device, asked)]


def test_a_card_is_known_by_a_part_of_its_name_in_any_case() -> None:
    assert card("SND_RPI_GoogleVoiceHAT_soundcar: x (hw:0,0)") is CARDS[0]
    assert card(USB) is None


def test_patterns_are_in_small_letters_so_that_they_can_be_found() -> None:
    assert [each.pattern for each in CARDS] == [each.pattern.lower() for each in CARDS]


def test_a_bare_i2s_microphone_is_opened_with_both_slots_and_all_of_its_bits() -> None:
    assert tried(VOICE_HAT)[0] == (48_000, 2, "int32")


def test_a_card_that_nobody_knows_is_asked_for_what_we_want_first() -> None:
    first, *others = tried(USB)

    assert first == (16_000, 1, "int16")
    for form in [(44_100, 1, "int16"), (44_100, 2, "int16"), (48_000, 2, "int32")]:
        assert form in others


def test_where_one_of_two_channels_is_asked_for_no_form_has_only_one() -> None:
    assert {channels for _, channels, _ in tried(USB, Tuning(channel="right"))} == {2}


@pytest.mark.parametrize(
    ("gain_db", "name", "peak"),
    [(None, USB, 100), (None, VOICE_HAT, 1000), (6.0206, USB, 200), (0.0, VOICE_HAT, 100)],
)
def test_gain_is_the_settings_else_the_cards(gain_db: float | None, name: str, peak: int) -> None:
    form = Form(16_000, 1, "int16")
    raw = (b"\x64\x00" + b"\x9c\xff") * 800  # 100, -100, and so on

    heard = Tuning(gain_db).intake(name, form).take(raw).pcm

    assert MEMS_GAIN_DB == 20
    assert abs(int(heard[-1])) == pytest.approx(peak, rel=0.02)
