"""`afterthought` with a stopwatch in it: `python -m bench.hearing.timed_hear FOLDER COMMAND…`.

`--child` in place of the command: the models' process, as the other one starts it.
"""

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.hearing.stopwatch import IMPORTS, Stopwatch

if TYPE_CHECKING:
    from pipeline.worker.model_process import Asked


def command(folder: Path, arguments: list[str]) -> None:
    """Run the command to its end, and leave what its parts took in the folder."""
    watch = Stopwatch("all else")
    watch.put_around_imports()
    with watch.at(IMPORTS):
        from device import hear_files  # noqa: PLC0415, F401

        _put_around_command(watch, folder)
    sys.argv = ["afterthought", *arguments]
    try:
        runpy.run_module("afterthought", run_name="__main__")
    finally:
        _leave(watch, folder / "command.json")


def child(folder: Path, arguments: list[str]) -> None:
    """Serve as the models' process does; after each answer, leave what its parts took by then."""
    watch = Stopwatch("all else")
    watch.put_around_imports()
    with watch.at(IMPORTS):
        from pipeline.worker import model_child  # noqa: PLC0415 - timed

        _put_around_models(watch)
    target = folder / f"models-{os.getpid()}.json"
    answer = model_child.Server._answer_all  # noqa: SLF001

    def answered(server: model_child.Server, asked: "Sequence[Asked]") -> None:
        answer(server, asked)
        _leave(watch, target)

    setattr(model_child.Server, "_answer_all", answered)  # noqa: B010 - the end of each piece of work
    sys.argv = ["model_child", *arguments]
    model_child.main()


def _put_around_command(watch: Stopwatch, folder: Path) -> None:
    from device.capture.keep_everything import KeepEverything  # noqa: PLC0415
    from pipeline.media.sound_file import SoundFile  # noqa: PLC0415
    from pipeline.speech import speech_detector  # noqa: PLC0415
    from pipeline.spool.open_clip import DiskClip  # noqa: PLC0415
    from pipeline.spool.spool import Spool  # noqa: PLC0415
    from pipeline.store.sqlite.archive import SqliteArchive  # noqa: PLC0415
    from pipeline.store.sqlite.reader import SqliteReader  # noqa: PLC0415
    from pipeline.worker import ingest, model_process  # noqa: PLC0415

    watch.put_around(SoundFile, "chunks", "reading the file")
    watch.put_around(KeepEverything, "hear end", "capture path: ring, levels, utterances")
    watch.put_around(speech_detector.GatedSpeechDetector, "judge", "speech detection")
    watch.put_around(Spool, "open_clip waiting remove close_orphans odd", "spool")
    watch.put_around(DiskClip, "__init__ append sync close", "spool")
    watch.put_around(ingest, "read_clip read_through", "spool")
    reads = "find_moment transcript events_of is_forgotten moments short_ids doubt"
    watch.put_around(SqliteReader, reads, "journal: reading")
    watch.put_around(SqliteArchive, "append", "journal: writing")
    watch.put_around(model_process.ChildModels, "_started", "starting the models' process")

    begin = subprocess.Popen.__init__

    def begin_timed(process: Any, command: list[str], **how: Any) -> None:  # noqa: ANN401 - as it is
        if "pipeline.worker.model_child" in command:
            own = ["-m", "bench.hearing.timed_hear", str(folder), "--child"]
            command = [command[0], *own, *command[3:]]
        begin(process, command, **how)

    setattr(subprocess.Popen, "__init__", begin_timed)  # noqa: B010 - the same models, timed


def _put_around_models(watch: Stopwatch) -> None:
    import ctranslate2  # noqa: PLC0415

    from pipeline import embedders, models  # noqa: PLC0415
    from pipeline.hearing.transcriber import WhisperTranscriber  # noqa: PLC0415
    from pipeline.hearing.whisper import Whisper  # noqa: PLC0415
    from pipeline.media import opus  # noqa: PLC0415
    from pipeline.speech.silero import SileroSpeechModel  # noqa: PLC0415
    from pipeline.worker import model_child  # noqa: PLC0415

    theirs = ctranslate2.models.Whisper
    watch.put_around(theirs, "encode", "encoder")
    watch.put_around(theirs, "generate detect_language", "decoder")
    watch.put_around(theirs, "align", "alignment")
    watch.put_around(WhisperTranscriber, "transcribe_together", "features")
    watch.put_around(Whisper, "__init__", "loading Whisper")
    watch.put_around(embedders, "opened", "loading the embedder")
    watch.put_around(SileroSpeechModel, "__init__", "loading the speech model")
    watch.put_around(SileroSpeechModel, "feed", "speech detection")
    watch.put_around(models, "find", "checking the weights' hashes")
    watch.put_beside(opus, "encode_opus", "Opus")
    watch.put_around(model_child, "placed", "embedding")


def _leave(watch: Stopwatch, target: Path) -> None:
    watch.turn()
    told = {what: round(spent_s, 4) for what, spent_s in watch.spent_s.items()}
    target.write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    _folder, _rest = Path(sys.argv[1]), sys.argv[2:]
    if _rest[0] == "--child":
        child(_folder, _rest[1:])
    else:
        command(_folder, _rest)
