"""What became of sound that was encoded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Encoded:
    """What was written by `encode_opus`: the hashes of the file and of its samples, and how many.

    Apart from it, so that who is told this needs no FFmpeg.
    """

    sha256: str
    pcm_sha256: str
    bytes: int
    samples: int
