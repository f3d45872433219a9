"""A table of sound cards, by name: how to open them, and how loud their sound is.

The names are those that PortAudio gives: `card: device (hw:1,0)`, or `pulse` for a sound server.
"""

from collections.abc import Iterable
from dataclasses import dataclass

MEMS_GAIN_DB = 20.0
"""I2S microphones (INMP441, ICS-43434, SPH0645) give -26 dB of full scale at 94 dB SPL (their data
sheets), so speech at the chest, 65 to 70 dB SPL, comes at -50. With 20 dB it comes at -30, and
clips at 100 dB SPL: a shout. Reckoned, not measured."""


@dataclass(frozen=True, slots=True)
class Card:
    """A part of a card's name, any case, and how to open what carries it.

    With `rate_hz` None, 16 kHz is asked for first and then what the card is set to. `gain_db` is
    applied to what comes, before it is brought to 16 bits.
    """

    pattern: str
    format: str = "int16"
    channels: int = 1
    rate_hz: int | None = None
    gain_db: float = 0.0


CARDS = (
    # Bare I2S microphones under the overlays that people use for them. Opened with 16 bits they
    # give zeros or throw eight bits away, and with one channel the left slot, be it empty or not.
    Card("googlevoicehat", "int32", 2, 48_000, MEMS_GAIN_DB),
    Card("sndrpii2scard", "int32", 2, 48_000, MEMS_GAIN_DB),
    Card("snd_rpi_i2s_card", "int32", 2, 48_000, MEMS_GAIN_DB),
    Card("snd_rpi_simple_card", "int32", 2, 48_000, MEMS_GAIN_DB),
    Card("adau7002", "int32", 2, 48_000, MEMS_GAIN_DB),
    # Codecs with two analogue microphones and an amplifier of their own, set by alsamixer.
    Card("seeed2micvoicec", "int16", 2),
    Card("seeed-2mic-voicecard", "int16", 2),
    Card("wm8960", "int16", 2),
)
"""The first that fits holds; a card that is not here is opened as 16 kHz mono, at no gain."""


def card(name: str, cards: Iterable[Card] = CARDS) -> Card | None:
    """The first card whose pattern is in this name; None where no one fits."""
    return next((each for each in cards if each.pattern in name.lower()), None)
