import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ModelMissing, NotFound
from core.settings import HearingSettings, ModelSettings, Settings
from pipeline import models
from pipeline.models import EMBEDDER, SPEECH, TRANSCRIBER, Model

DEFAULTS = Settings()
WORDS, GRAPH, PIECES = b"whisper", b"graph", b"pieces"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(folder: Path, **files: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    return folder


@pytest.fixture
def transcriber(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Model:
    """The transcriber, as small as can be, carried by no package and built by nobody."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "environment"))
    pins = {"model.bin": digest(WORDS)}
    small = replace(TRANSCRIBER, files=pins, built={}, package="no_such_package")
    # Two files, so that it is a folder like the real one.
    small = replace(small, files={**small.files, "config.json": digest(b"{}")})
    monkeypatch.setitem(models.MODELS, "transcriber", small)
    return small


@pytest.fixture
def embedder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Model:
    """The embedder, on a machine where nothing is built yet."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "environment"))
    return EMBEDDER


def test_the_packages_that_set_up_installs_carry_what_is_pinned(home: Path) -> None:
    speech = models.find("speech", settings=DEFAULTS, home=home)
    transcriber = models.find("transcriber", settings=DEFAULTS, home=home)

    assert speech.name == SPEECH.weights
    assert {file.name for file in transcriber.iterdir()} >= TRANSCRIBER.files.keys()
    assert (models.verify_source(EMBEDDER) / "model.safetensors").is_file()


def test_the_embedder_that_set_up_built_is_what_its_record_says(home: Path) -> None:
    folder = models.find("embedder", settings=DEFAULTS, home=home)

    assert {file.name for file in folder.iterdir()} == {*EMBEDDER.built, models.RECORD}


def test_looking_for_a_model_imports_no_package_that_carries_one(home: Path) -> None:
    models.inventory(settings=DEFAULTS, home=home)

    assert not {model.package for model in models.MODELS.values()} & sys.modules.keys()


def test_the_archives_models_come_before_the_machines(
    transcriber: Model, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    put(tmp_path / "models" / transcriber.name, model_bin=WORDS, config_json=b"{}")
    assert models.find("transcriber", settings=DEFAULTS, home=home).parent.parent == tmp_path

    put(home / "models" / transcriber.name, model_bin=WORDS, config_json=b"{}")

    assert models.find("transcriber", settings=DEFAULTS, home=home).parent.parent == home


def test_a_missing_model_is_a_sentence_with_the_next_step(transcriber: Model, home: Path) -> None:
    with pytest.raises(ModelMissing) as caught:
        models.find(transcriber.name, settings=DEFAULTS, home=home)

    assert "turns speech into words, is not on this machine" in caught.value.sentence
    assert caught.value.advice.startswith("Run `./run setup`")


@pytest.mark.parametrize("damage", [b"whispeR", b""])
def test_damaged_weights_are_refused(transcriber: Model, home: Path, damage: bytes) -> None:
    put(home / "models" / transcriber.name, model_bin=damage, config_json=b"{}")

    with pytest.raises(ModelMissing, match="damaged"):
        models.find(transcriber.name, settings=DEFAULTS, home=home)


def test_a_folder_that_lacks_a_file_is_refused_by_the_files_name(
    transcriber: Model, home: Path
) -> None:
    put(home / "models" / transcriber.name, model_bin=WORDS)

    with pytest.raises(ModelMissing, match=r"config\.json"):
        models.find(transcriber.name, settings=DEFAULTS, home=home)


def test_a_path_in_the_settings_is_complained_about_and_never_passed_over(
    transcriber: Model, home: Path
) -> None:
    put(home / "models" / transcriber.name, model_bin=WORDS, config_json=b"{}")
    chosen = Settings(models=ModelSettings(transcriber_path=home / "elsewhere"))

    with pytest.raises(ModelMissing, match="no transcriber model at") as caught:
        models.find(transcriber.name, settings=chosen, home=home)

    assert "models.transcriber_path" in caught.value.advice


def test_weights_of_the_wearers_own_ask_to_be_pinned_and_then_are_taken(
    transcriber: Model, home: Path
) -> None:
    own = put(home / "base.en", model_bin=b"larger", config_json=b"{}")
    unpinned = ModelSettings(transcriber_path=own)
    with pytest.raises(ModelMissing) as caught:
        models.find(transcriber.name, settings=Settings(models=unpinned), home=home)
    assert f'transcriber_sha256 = "{digest(b"larger")}"' in caught.value.advice

    pinned = replace(unpinned, transcriber_sha256=digest(b"larger").upper())

    assert models.find(transcriber.name, settings=Settings(models=pinned), home=home) == own


def test_a_file_of_any_name_may_be_the_wearers_own_speech_model(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pinned = replace(SPEECH, files={SPEECH.weights: digest(b"vad")})
    monkeypatch.setitem(models.MODELS, "speech", pinned)
    own = put(home, mine_onnx=b"vad") / "mine.onnx"
    chosen = Settings(models=ModelSettings(speech_path=own))

    assert models.find("speech", settings=chosen, home=home) == own


def build(model: Model, folder: Path) -> Path:
    put(folder, **{name.replace(".", "_"): b"built" for name in model.built})
    models.write_record(model, folder, {"numpy": "1"})
    return folder


def test_what_set_up_built_is_checked_against_its_record(embedder: Model, home: Path) -> None:
    folder = build(embedder, models.machine_folder(embedder))
    assert models.find("embedder", settings=DEFAULTS, home=home) == folder

    put(folder, model_bin=b"builT")

    with pytest.raises(ModelMissing, match="damaged"):
        models.find("embedder", settings=DEFAULTS, home=home)


@pytest.mark.parametrize("record", ["", "[]", '{"sha256": {}}', "not json"])
def test_a_built_model_without_a_whole_record_is_refused(
    embedder: Model, home: Path, record: str
) -> None:
    folder = build(embedder, models.machine_folder(embedder))
    (folder / models.RECORD).write_text(record, encoding="utf-8")

    with pytest.raises(ModelMissing):
        models.find("embedder", settings=DEFAULTS, home=home)


def test_a_model_built_of_other_weights_is_refused(embedder: Model, home: Path) -> None:
    folder = build(embedder, models.machine_folder(embedder))
    record = json.loads((folder / models.RECORD).read_text(encoding="utf-8"))
    record["source"]["model.safetensors"] = digest(b"other")
    (folder / models.RECORD).write_text(json.dumps(record), encoding="utf-8")

    with pytest.raises(ModelMissing):
        models.find("embedder", settings=DEFAULTS, home=home)


def test_weights_that_must_be_built_first_do_not_count_as_there(
    embedder: Model, home: Path
) -> None:
    assert models.package_folder(embedder) is not None

    with pytest.raises(ModelMissing, match="not on this machine"):
        models.find("embedder", settings=DEFAULTS, home=home)


def test_what_a_set_brings_is_looked_for_without_complaint_until_it_is_needed(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))

    def told(*listed: str) -> tuple[str, list[str]]:
        settings = Settings(hearing=HearingSettings(listed))
        found = {each.name: each for each in models.inventory(settings=settings, home=home)}
        checks = [each.name for each in models.checks(settings=settings, home=home)]
        return found["languages_transcriber"].advice, checks

    advice, checks = told("en")
    assert advice == ""
    assert "model languages_transcriber" not in checks

    advice, checks = told("en", "de")
    assert "Run `afterthought models --fetch languages`" in advice
    assert "model languages_transcriber" in checks


def test_a_name_that_is_no_model_is_answered_with_those_that_are(home: Path) -> None:
    with pytest.raises(NotFound) as caught:
        models.find("parrot", settings=DEFAULTS, home=home)

    assert "speech, transcriber, embedder" in caught.value.advice


def test_the_inventory_tells_of_each_model_where_it_is_or_what_to_do(
    transcriber: Model, home: Path
) -> None:
    def look() -> models.Found:
        found = models.inventory(settings=DEFAULTS, home=home)
        assert [entry.name for entry in found] == list(models.MODELS)
        return found[1]

    absent = look()
    folder = put(home / "models" / transcriber.name, model_bin=WORDS, config_json=b"{}")
    there = look()
    put(folder, model_bin=b"damage!")
    damaged = look()

    assert (absent.where, absent.bytes, absent.sha256_ok) == (None, 0, None)
    assert (there.path, there.bytes, there.sha256_ok) == (folder, len(WORDS) + 2, True)
    assert there.advice == ""
    assert (damaged.path, damaged.sha256_ok) == (folder, False)
    assert "Delete" in damaged.advice


def test_the_doctor_fails_a_model_that_is_not_there(transcriber: Model, home: Path) -> None:
    states = {check.name: check for check in models.checks(settings=DEFAULTS, home=home)}

    assert states["model speech"].state == "ok"
    assert states[f"model {transcriber.name}"].state == "fail"
    assert "./run setup" in states[f"model {transcriber.name}"].advice
