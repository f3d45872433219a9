"""Sound files in, anything that FFmpeg reads, to 16 kHz mono; and out, as Opus in MP4.

The one package that says `av`.
"""

from pipeline.media.opus import Encoded, encode_opus
from pipeline.media.sound_file import Handling, SoundFile, decode, recorded_at
from pipeline.media.timeline import Account

__all__ = ["Account", "Encoded", "Handling", "SoundFile", "decode", "encode_opus", "recorded_at"]
