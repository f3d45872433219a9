"""Makes `heard.jsonl` of the demo: words, passages and vectors of what is said in it (a root).

    python -m deploy.demo_words

For whoever changes the recordings, the models or how they are used; it takes a minute. With it
the demo stands whole at once, without a model, and so is the answer to the question that it
offers. The file says what it was made of, and a test compares that.
"""

import base64
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, astuple, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.clock import SystemClock
from core.pcm import Pcm
from core.spool_port import Clip
from dashboard.demo import FOLDER, HEARD, everything_spoken
from dashboard.show.first_minute import QUESTION
from pipeline import media, models
from pipeline.spool.clip_sound import duration_ms
from pipeline.spool.spool import Spool
from pipeline.store.format.drafts import new_moment_id
from pipeline.worker.model_child import LoadedModels
from pipeline.worker.model_process import Heard


def main() -> int:
    """Hear all recordings but the last scene, and write the file; the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        loaded = LoadedModels(Path(folder))
        heard = list(_everything_heard(Path(folder), loaded))
        header = {"made_of": made_of(), "asked": asked(loaded)}
    lines = [json.dumps(header), *map(json.dumps, heard)]
    HEARD.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def made_of() -> dict[str, str]:
    """The SHA-256 of everything that the file depends on, by its name."""
    scripts = [FOLDER / "make_recordings.py", FOLDER / "moments.jsonl", Path(__file__)]
    found = {path.name: _sha256(path.read_bytes()) for path in scripts}
    for model in (models.SPEECH, models.TRANSCRIBER, models.EMBEDDER):
        found |= {f"{model.name}/{name}": pinned for name, pinned in model.files.items()}
    return found


def asked(loaded: LoadedModels) -> dict[str, str]:
    """The question that the demo offers, and where it lies in meaning."""
    (vector,) = loaded.embed([QUESTION])
    return {"text": QUESTION, "vector": base64.b64encode(vector.astype("<f4").tobytes()).decode()}


def _everything_heard(folder: Path, loaded: LoadedModels) -> Iterator[dict[str, Any]]:
    for spoken in everything_spoken():
        if spoken.time is None:
            continue
        sys.stderr.write(f"{spoken.id}\n")
        pcm: Pcm = np.concatenate(list(media.decode(spoken.sound)))
        clip = Clip(new_moment_id(), "file", SystemClock().recorded_now())
        letter = Spool(folder / spoken.id).post_clip(clip, iter([pcm]))
        yield _as_json(spoken.sound, pcm, loaded.hear(letter, lambda _: None))


def _as_json(sound: Path, pcm: Pcm, heard: Heard) -> dict[str, Any]:
    content = sound.read_bytes()
    transcript, embedding = heard.transcript, heard.embedding
    words = [replace(each, probability=round(each.probability, 4)) for each in transcript.words]
    return {
        "file": sound.name,
        "duration_ms": duration_ms(pcm),
        "sound": {
            "sha256": _sha256(content),
            "pcm_sha256": _sha256(pcm.tobytes()),
            "bytes": len(content),
            "samples": pcm.size,
        },
        "transcript": asdict(transcript) | {"words": [[*astuple(each)] for each in words]},
        "embedding": embedding
        and {
            "model": embedding.model,
            "passages": [[*astuple(each)] for each in embedding.passages],
            "vectors": [base64.b64encode(each).decode() for each in embedding.vectors],
        },
    }


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
