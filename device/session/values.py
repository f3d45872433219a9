"""The values of `keeping`: keeps, what may happen to them, and what then has to be done.

Time is the sound's own: every `at` is a position of the stream.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Press:
    """A press went down. One from a screen comes up at once: a Release follows it.

    `again` where it belongs to the chain of the press before.
    """

    at: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class HoldBegan:
    """The press that is down has been held long enough to mean it."""

    at: int


@dataclass(frozen=True, slots=True)
class Release:
    """The press came up; it ends its hold, if there was one."""

    at: int


@dataclass(frozen=True, slots=True)
class Advanced:
    """More sound was heard, or the clock went on."""


@dataclass(frozen=True, slots=True)
class RecordingBegan:
    """A lecture, an interview: from here on, until it is ended."""

    at: int


@dataclass(frozen=True, slots=True)
class RecordingEnded:
    """The recording, or the hold that has become one, is over."""

    at: int


@dataclass(frozen=True, slots=True)
class Judged:
    """The sound that is held has been judged: what was kept uncut can be cut.

    Not `by_detector` where there is none, nor will be: then it stays as it is.
    """

    by_detector: bool = True


@dataclass(frozen=True, slots=True)
class NoSound:
    """Nothing has come for so long."""

    for_s: float


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """No more sound will come: what is open is closed where the sound ends."""


@dataclass(frozen=True, slots=True)
class NotKept:
    """The disk refused what was to be written.

    What was kept `before` goes on, or ends here: the disk holds it up to `floor`.
    """

    before: "Keep | None" = None
    floor: int = 0


@dataclass(frozen=True, slots=True)
class NoRoom:
    """The disk has come to its reserve: what goes on, ends here."""


Event = (
    Press
    | HoldBegan
    | Release
    | Advanced
    | RecordingBegan
    | RecordingEnded
    | Judged
    | NoSound
    | StreamEnded
    | NotKept
    | NoRoom
)


@dataclass(frozen=True, slots=True)
class Keep:
    """One press and what came of it. `end` is None until it is decided.

    `floor` is where the keep before it ends; `anchor` the position up to which it was
    asked for: the last press, or a hold's release. `held` goes on: by a hold, or as a
    recording. `uncut` began before anything had judged the sound.
    """

    press: int
    floor: int
    start: int
    anchor: int
    last_press: int
    revision: int = 0
    end: int | None = None
    held: bool = False
    recording: bool = False
    uncut: bool = False
    chain_until: int | None = None
    confirmed: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Keeping:
    """The keep that is on, if any. `floor` is the end of all that is kept.

    `before_chain` is the keep as it was before the chain of the last press, where that chain
    has only revised it. `unjudged` while nothing judges the sound yet, `resume` where a recording
    goes on as soon as sound comes again. `newest` is where the last keep was asked for: while no
    sound comes, positions stand still, and two keeps must not have one name.
    """

    keep: Keep | None = None
    floor: int = 0
    before_chain: Keep | None = None
    unjudged: bool = False
    resume: bool = False
    newest: int = -1

    @property
    def open(self) -> Keep | None:
        """The keep that is being written, if there is one."""
        return None if self.keep is None or self.keep.closed else self.keep


@dataclass(frozen=True, slots=True)
class Take:
    """Tell the wearer: the press is taken."""

    keep: Keep


@dataclass(frozen=True, slots=True)
class Write:
    """Make a new revision durable, from its start up to `to`."""

    keep: Keep
    to: int


@dataclass(frozen=True, slots=True)
class Extend:
    """Append what has come since, up to `to`."""

    keep: Keep
    to: int


@dataclass(frozen=True, slots=True)
class Confirm:
    """Everything up to the press is written: make it durable, and only then say kept."""

    keep: Keep


@dataclass(frozen=True, slots=True)
class Close:
    """The clip ends at `keep.end`; hand it to the worker."""

    keep: Keep


@dataclass(frozen=True, slots=True)
class Became:
    """Tell the wearer: what was held is a recording now."""

    keep: Keep


@dataclass(frozen=True, slots=True)
class Refuse:
    """Tell the wearer that nothing was kept, and why."""

    sentence: str
    advice: str


Effect = Take | Write | Extend | Confirm | Close | Became | Refuse
Step = tuple[Keeping, list[Effect]]
