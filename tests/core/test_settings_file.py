import dataclasses
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import settings_file
from core.errors import SettingsWrong
from core.settings import (
    RETIRED,
    DeviceSettings,
    ModelSettings,
    PipelineSettings,
    Settings,
    setting,
)

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"


def write(home: Path, text: str) -> Path:
    file = home / settings_file.FILE_NAME
    file.write_text(text, encoding="utf-8")
    return file


def problems_of(home: Path, text: str) -> str:
    write(home, text)
    with pytest.raises(SettingsWrong) as caught:
        settings_file.load(home)
    return caught.value.sentence


def test_without_a_file_the_defaults_hold(home: Path) -> None:
    assert settings_file.load(home) == Settings()


def test_what_the_file_says_replaces_a_default_and_no_other(home: Path) -> None:
    write(home, "[pipeline]\nidle_s = 5\n")

    loaded = settings_file.load(home)

    assert loaded == Settings(pipeline=PipelineSettings(idle_s=5.0))
    assert isinstance(loaded.pipeline.idle_s, float)


def test_a_list_of_texts_is_taken_in_its_order(home: Path) -> None:
    write(home, '[hearing]\nlanguages = ["en", "de"]\n')

    assert settings_file.load(home).hearing.languages == ("en", "de")


def test_a_relative_path_lies_in_the_home_and_a_tilde_in_the_users_folder(home: Path) -> None:
    write(home, '[models]\nspeech_path = "mine/vad.onnx"\nembedder_path = "~/minilm"\n')

    models = settings_file.load(home).models

    assert models.speech_path == home / "mine/vad.onnx"
    assert models.embedder_path == Path.home() / "minilm"


def test_all_problems_are_told_at_once(home: Path) -> None:
    told = problems_of(
        home, '[models]\nthreads = 0\nspeech_path = 7\n[pipeline]\nidle_s = "long"\nidel_s = 1\n'
    )

    assert "models.threads = 0 must be 1 or more" in told
    assert "models.speech_path = 7 must be a path" in told
    assert "pipeline.idle_s = 'long' must be a number" in told
    assert "pipeline.idel_s = '********' is not a setting (did you mean pipeline.idle_s?)" in told


def test_the_sentence_and_the_comparison_agree_at_the_edges(home: Path) -> None:
    write(home, "[models]\nthreads = 64\n")
    assert settings_file.load(home).models.threads == 64

    assert "models.threads = 65 must be 64 or less" in problems_of(home, "[models]\nthreads = 65\n")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("threads = 2", "did you mean models.threads?"),
        ("[model]\nthreads = 2", "model is no table of ours (did you mean models?)"),
        ("[pipeline]\nthreads = 2", "did you mean models.threads?"),
        ("[models.deep]\nx = 1", "models.deep is no table of ours"),
        ("models = 3", "models = 3 must be a table: [models]"),
        ("[models]\nthreads = true", "models.threads = True must be a whole number"),
        ("[models]\nthreads = 1.5", "must be a whole number"),
        ('[models]\nspeech_path = ""', "must be a path"),
        ("[pipeline]\nidle_s = nan", "must be 0 or more"),
        ('[hearing]\nlanguages = "en de"', "must be a list of texts"),
        ("[hearing]\nlanguages = [1]", "must be a list of texts"),
        ('[hearing]\nlanguages = ["e\\u0000n"]', "must have no NUL in it"),
        ("[pipeline]\nidle_s = inf", "must be 86400 or less"),
    ],
)
def test_every_kind_of_mistake_has_its_words(home: Path, text: str, sentence: str) -> None:
    assert sentence in problems_of(home, text)


def test_a_path_under_nobodys_name_is_taken_as_it_stands(home: Path) -> None:
    write(home, '[models]\nspeech_path = "~nobody-of-that-name/vad.onnx"\n')

    path = settings_file.load(home).models.speech_path

    assert path == home / "~nobody-of-that-name/vad.onnx"


def test_what_is_not_toml_is_a_sentence_with_its_line(home: Path) -> None:
    assert "line 2" in problems_of(home, "[models]\nthreads 2\n")


def test_a_file_that_is_no_text_is_a_sentence(home: Path) -> None:
    (home / settings_file.FILE_NAME).write_bytes(b"\xff\xfe\x00")

    with pytest.raises(SettingsWrong, match=r"cannot be used: it is not UTF-8 text\. Mend"):
        settings_file.load(home)


def test_a_file_that_cannot_be_read_is_a_sentence(home: Path) -> None:
    (home / settings_file.FILE_NAME).mkdir()

    with pytest.raises(SettingsWrong, match="cannot be read"):
        settings_file.load(home)


def test_a_retired_key_warns_and_changes_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RETIRED, "sound.codec", "sound is always Opus now.")
    write(home, '[sound]\ncodec = "flac"\n')

    assert settings_file.load(home) == Settings()
    assert settings_file.retired(home) == ["sound.codec is retired: sound is always Opus now."]


@dataclasses.dataclass(frozen=True, slots=True)
class Doors:
    key: str | None = setting(None, "opens the door", secret=True)
    count: int = setting(1, "a house has one", secret=True)


@dataclasses.dataclass(frozen=True, slots=True)
class House:
    doors: Doors = Doors()


def test_secrets_are_masked_wherever_settings_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_file, "Settings", House)
    house: Any = House(Doors(key="swordfish"))

    shown = settings_file.effective(house)
    _, problems = settings_file.read({"doors": {"count": "swordfish"}}, folder=Path())

    assert shown == {"doors": {"key": settings_file.MASK, "count": settings_file.MASK}}
    assert "swordfish" not in problems[0].sentence


def test_the_effective_settings_are_json() -> None:
    shown = settings_file.effective(Settings(models=ModelSettings(speech_path=Path("vad.onnx"))))

    assert json.loads(json.dumps(shown))["models"]["speech_path"] == "vad.onnx"


def test_the_effective_settings_are_a_settings_file_that_means_the_same(home: Path) -> None:
    device = DeviceSettings(microphone='Größe "\\ x', button_pin=17, brightness=40)
    settings = Settings(device=device)

    text = settings_file.as_toml(settings_file.effective(settings))
    (home / "settings.toml").write_text(text, encoding="utf-8")

    assert settings_file.load(home) == settings
    assert "# light_pin is not set" in text.splitlines()


def test_the_document_has_a_row_for_every_setting_and_for_no_other() -> None:
    rows = [line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("| `")]

    assert rows == [
        f"| `{entry.key}` | {entry.type} | {default(entry.default)} | {entry.reason} |"
        for entry in settings_file.describe()
    ]


def default(value: object) -> str:
    if isinstance(value, tuple):
        return json.dumps(value)
    return "unset" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def bytes_of(home: Path, content: bytes) -> Path:
    file = home / settings_file.FILE_NAME
    file.write_bytes(content)
    return file


def test_a_byte_order_mark_is_no_part_of_the_settings(home: Path) -> None:
    bytes_of(home, b"\xef\xbb\xbf[pipeline]\nidle_s = 5\n")

    assert settings_file.load(home).pipeline.idle_s == 5


@pytest.mark.parametrize(
    "content",
    [
        b"\0",
        b"[device]\0\n",
        b"a = " + b"[" * 50_000,
        b"a = " + b"{a=" * 10_000,
        b"a" + b".a" * 20_000 + b" = 1",
        b"a" + b".a" * 100_000 + b" = 1",
        b"[device]\nring_s = " + b"9" * 10_000,
        b"[pipeline]\nidle_s = " + b"9" * 400,
        b'[device]\nlight_spi = "/dev/\\u0000"',
        b"\xff\xfe[\0d\0]\0",
        b"#" * 2_000_000,
        b"[device]\nring_s = [" + b"[1]," * 10_000 + b"]",
    ],
    ids=lambda content: repr(content[:20]),
)
def test_settings_that_are_garbled_are_one_sentence_and_the_next_step(
    home: Path, content: bytes
) -> None:
    bytes_of(home, content)

    with pytest.raises(SettingsWrong) as caught:
        settings_file.load(home)

    assert len(caught.value.sentence) < 600
    assert "\0" not in caught.value.sentence
    assert caught.value.advice


PLANTED: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link to nothing": lambda file: file.symlink_to(file.parent / "nothing"),
    "levels of symbolic links": lambda file: file.symlink_to(file),
}


@pytest.mark.parametrize("what", PLANTED)
def test_what_is_no_file_in_place_of_the_settings_is_told_and_never_waited_for(
    home: Path, what: str
) -> None:
    PLANTED[what](home / settings_file.FILE_NAME)

    with pytest.raises(SettingsWrong, match=what):
        settings_file.load(home)


def test_quiet_hours_are_two_times_of_the_day(home: Path) -> None:
    write(home, '[selection]\nquiet_hours = "22:00-07:00"\n')
    assert settings_file.load(home).selection.quiet_hours == "22:00-07:00"

    for wrong in ("22-7", "22:00-25:00", "at night", "22:00-07:00\\n", "1:00-7:00"):
        told = problems_of(home, f'[selection]\nquiet_hours = "{wrong}"\n')
        assert "must be two times of the day, as in 22:00-07:00" in told
