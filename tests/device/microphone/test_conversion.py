"""Sound as devices send it, and what is made of it."""

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from core.audio import RATE_HZ
from core.pcm import Pcm
from device.microphone.conversion import CUT_OFF_HZ, Channel, Form, HighPass, Intake

MONO = Form(RATE_HZ, 1, "int16")
SLOTS = Form(48_000, 2, "int32")


def tone(seconds: float, level: float, rate_hz: int = RATE_HZ, hz: float = 440) -> npt.NDArray[Any]:
    """A sine; `level` is its peak as a share of full scale."""
    return level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)


def sent(form: Form, *channels: npt.NDArray[Any]) -> bytes:
    """What the device sends for these channels, each as a share of full scale."""
    bits = 8 * np.dtype(form.format).itemsize
    frames = np.stack(channels, axis=1) * 2.0 ** (bits - 1)
    if form.format == "int32":
        frames = np.rint(frames / 256) * 256  # a converter of 24 bits, left-aligned
    return (
        np.clip(frames, -(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 256).astype(form.format).tobytes()
    )


def taken(intake: Intake, raw: bytes, form: Form, pieces: int = 1) -> Pcm:
    """What comes of it, handed over in so many pieces of uneven length."""
    frames = len(raw) // form.frame_bytes
    edges = np.linspace(0, 1, pieces + 1) ** 1.5 * frames
    cuts = [round(edge) * form.frame_bytes for edge in edges]
    return np.concatenate([intake.take(raw[a:b]).pcm for a, b in itertools.pairwise(cuts)])


def level_db(pcm: Pcm) -> float:
    return float(20 * np.log10(np.abs(pcm[len(pcm) // 2 :].astype(float)).max() / 32768))


def test_sound_that_comes_as_we_want_it_and_has_no_offset_is_left_as_it_is() -> None:
    sound = tone(4, 0.25)
    intake = Intake(MONO)

    heard = taken(intake, sent(MONO, sound), MONO, pieces=40)

    assert len(heard) == len(sound)
    raw = np.frombuffer(sent(MONO, sound), np.int16)
    assert np.array_equal(heard[-RATE_HZ:], raw[-RATE_HZ:])


def test_a_channel_the_wrong_way_round_takes_nothing_away() -> None:
    form = Form(48_000, 2, "int16")
    voice = tone(4, 0.25, form.rate_hz)

    heard = taken(Intake(form), sent(form, voice, -voice), form, pieces=7)

    assert abs(level_db(heard) - 20 * np.log10(0.25)) < 0.5


def test_an_offset_is_taken_away_and_told() -> None:
    intake = Intake(MONO)
    raw = sent(MONO, tone(4, 0.1) + 0.05)

    heard = taken(intake, raw, MONO, pieces=40)

    assert abs(heard[-RATE_HZ:].mean()) < 2
    assert level_db(heard) == pytest.approx(-20, abs=0.2)
    assert intake.take(raw).dc == pytest.approx(0.05, abs=0.001)


def test_what_clips_is_counted_before_anything_is_done_to_it() -> None:
    loud = np.clip(tone(1, 2.0), -1, 1)

    found = Intake(MONO, gain_db=-20).take(sent(MONO, loud) + b"\xff\x7f" * 5)

    clipped = np.frombuffer(sent(MONO, loud), np.int16)
    assert found.clipped == 5 + int((clipped == -32768).sum() + (clipped == 32767).sum())
    assert np.abs(found.pcm.astype(int)).max() < 5000


def test_full_scale_of_a_24_bit_converter_counts_as_clipped() -> None:
    full = np.array([0x7FFFFF00, -(2**31), 0x7FFFFE00, 0], np.int32)

    found = Intake(Form(RATE_HZ, 1, "int32")).take(full.tobytes())

    assert found.clipped == 2


def test_a_gain_beyond_full_scale_stays_at_full_scale() -> None:
    heard = taken(Intake(MONO, gain_db=40), sent(MONO, tone(1, 0.5)), MONO)

    assert heard.max() == 32767
    assert heard.min() == -32768


@pytest.mark.parametrize("channel", ["auto", "left", "right"])
def test_an_i2s_microphone_is_heard_in_whichever_slot_it_is(channel: Channel) -> None:
    empty, voice = np.full(3 * 48_000, 0.01), tone(3, 0.01, 48_000)
    slots = (voice, empty) if channel == "left" else (empty, voice)

    heard = taken(Intake(SLOTS, channel=channel), sent(SLOTS, *slots), SLOTS, pieces=30)

    assert level_db(heard) == pytest.approx(-40, abs=0.5)


def test_the_channel_is_not_changed_after_the_first_seconds() -> None:
    stereo = Form(RATE_HZ, 2, "int16")
    loud, soft = tone(6, 0.5), tone(6, 0.01)
    left = np.concatenate([loud, soft])
    right = np.concatenate([soft, loud])

    heard = taken(Intake(stereo), sent(stereo, left, right), stereo, pieces=120)

    assert level_db(heard) == pytest.approx(-40, abs=0.5)


def test_32_bit_slots_keep_their_resolution_until_after_the_gain() -> None:
    """A tone of a third of a 16-bit step, which 16 bits would have lost altogether."""
    form = Form(RATE_HZ, 1, "int32")
    whisper = tone(2, 0.33 / 32768)

    heard = taken(Intake(form, gain_db=60), sent(form, whisper), form)[RATE_HZ:]

    spectrum = np.abs(np.fft.rfft(heard))
    assert heard.max() == pytest.approx(330, rel=0.02)
    assert spectrum.argmax() == 440
    assert spectrum[440] > 50 * np.delete(spectrum, 440).max()


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000, 8_000, 22_050])
def test_any_rate_comes_out_at_16_khz_as_one_stream(rate_hz: int) -> None:
    form = Form(rate_hz, 1, "int16")
    intake = Intake(form)

    heard = taken(intake, sent(form, tone(3, 0.3, rate_hz)), form, pieces=37)
    heard = np.concatenate([heard, intake.finish()])

    assert len(heard) == pytest.approx(3 * RATE_HZ, abs=1)
    second = heard[RATE_HZ : 2 * RATE_HZ]
    spectrum = np.abs(np.fft.rfft(second))
    assert spectrum.argmax() == 440
    assert spectrum[440] > 300 * np.delete(spectrum, slice(437, 444)).max()


def test_after_finish_what_comes_next_is_a_stream_of_its_own() -> None:
    form = Form(48_000, 1, "int16")
    intake = Intake(form)
    raw = sent(form, tone(1, 0.3, 48_000))

    lengths = [len(intake.take(raw).pcm) + len(intake.finish()) for _ in range(3)]

    assert lengths == pytest.approx([RATE_HZ] * 3, abs=1)
    assert len(intake.finish()) == 0


def by_hand(wave: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The formula, sample for sample."""
    a = 1 / (1 + 2 * np.pi * CUT_OFF_HZ / RATE_HZ)
    filtered, x, y = [], wave[0], 0.0
    for each in wave:
        y, x = a * (y + each - x), each
        filtered.append(y)
    return np.array(filtered)


@pytest.mark.parametrize("pieces", [[20_000], [1600] * 12 + [800], [1, 5, 1599, 1601, 16_794]])
def test_the_high_pass_equals_its_formula_however_the_sound_is_cut(pieces: list[int]) -> None:
    wave = np.random.default_rng(4).normal(500, 3000, sum(pieces))
    high_pass = HighPass()

    cut = np.split(wave, np.cumsum(pieces)[:-1])
    filtered = np.concatenate([high_pass.filter(each) for each in cut])

    assert np.abs(filtered - by_hand(wave)).max() < 1e-6


@pytest.mark.parametrize(("hz", "db"), [(2, -20), (20, -3), (100, -0.2), (1000, 0)])
def test_the_high_pass_lets_voices_through(hz: float, db: float) -> None:
    filtered = HighPass().filter(tone(3, 0.5, hz=hz))

    assert 20 * np.log10(np.abs(filtered[RATE_HZ:]).max() / 0.5) == pytest.approx(db, abs=0.1)


def test_nothing_gives_nothing() -> None:
    for form in (MONO, SLOTS):
        assert len(Intake(form).take(b"").pcm) == 0
        assert len(Intake(form).finish()) == 0
