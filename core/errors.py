"""Every error of the house, drawn as one tree.

    UserError                 somebody can mend it: one sentence, and the next step
    ├── WrongUsage            the command was called wrongly (exit status 2)
    ├── SettingsWrong         the settings file, all of its problems at once
    ├── ModelMissing          weights that are not there, or are not what was pinned
    ├── SoundUnreadable       a sound file that gives no sound, and why
    ├── TextUnreadable        a line or a file of text that cannot be taken in
    ├── RefTaken              an imported line whose ref stands for something else already
    ├── ArchiveBusy           another worker holds this archive
    ├── ArchiveUnusable       read-only, too new, damaged, or the disk is full
    ├── ArchiveInDoubt        its journal is not the one that was last written here
    ├── ActWaits              what is to be undone is not in the archive yet
    ├── NotFound              no such moment, event, model or benchmark
    ├── OutputRefused         standard output takes no more
    ├── HomeAnothers, ProgramUnreadable
    │                         another user's home, and we cannot act as they (core/access/owner.py)
    ├── Declined              another process's own sentence (core/sockets/socket_client.py)
    ├── LettersWait           the worker cannot go on for now, or before somebody acts (worker.py)
    ├── WasSetAside, StillWaits, WasForgotten
    │                         why a letter is no moment (commands/outcomes.py)
    ├── CaptureGone, Refused, DiskReserve, MicrophoneFault, PinUnusable (PinLibraryMissing
    │   below it), SpiUnusable, InputUnusable, NotPermitted
    │                         capture's own (device/)
    ├── PageRefused, LinesPart, LineUnreadable, SoundRefused, OtherProtocol, NotUnderstood
    │                         what another install sent (pipeline/store/format/pages.py, sync/)
    ├── FetchFailed           a set of models that could not be fetched (pipeline/models/wheels.py)
    ├── PhonesUnreadable, NoPairing, PressNeeded, NoNetwork, PageNotRunning
    │                         of letting phones in (dashboard/sign_in/, dashboard/pages/)
    └── PortInUse             the dashboard's own (dashboard/server.py)

Everything else that is raised is a fault of ours: it is logged once, with its
cause, and the wearer is told that it was logged. Raise where most is known,
catch where something can be done.
"""

from typing import ClassVar


class UserError(Exception):
    """A complete sentence for the wearer, and what to do next.

    `code` is for programs and never changes; `sentence` and `advice` are for
    people. `exit_status` is what the command line ends with.
    """

    code: ClassVar[str] = "failed"
    exit_status: ClassVar[int] = 1

    def __init__(self, sentence: str, *, advice: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.sentence} {self.advice}"

    def __reduce__(self) -> tuple[object, ...]:
        """So that an error can cross from one process to another."""
        return _again, (type(self), self.sentence, self.advice)


class WrongUsage(UserError):
    """The command line does not mean anything we know."""

    code = "wrong_usage"
    exit_status = 2


class SettingsWrong(UserError):
    """The settings file has problems; the sentence lists all of them."""

    code = "settings_wrong"


class ModelMissing(UserError):
    """Weights are missing, or their SHA-256 is not the pinned one."""

    code = "model_missing"


class SoundUnreadable(UserError):
    """A file that gives no sound: empty, no audio in it, broken, or not allowed."""

    code = "sound_unreadable"


class TextUnreadable(UserError):
    """A text, a line of a file or a whole file that cannot be taken in."""

    code = "text_unreadable"


class RefTaken(UserError):
    """An imported line's ref stands in the archive for other words, another time or speaker."""

    code = "ref_taken"


class ArchiveBusy(UserError):
    """Another worker already works on this archive."""

    code = "archive_busy"


class ArchiveUnusable(UserError):
    """The archive cannot be opened or written: read-only, newer, damaged, full."""

    code = "archive_unusable"


class ArchiveInDoubt(UserError):
    """The journal is missing, empty, older or another than was last written here.

    Nothing is written or erased on its word before the wearer has said which is right.
    """

    code = "archive_in_doubt"


class ActWaits(UserError):
    """The act that is to be undone still waits in the spool."""

    code = "act_waits"


class NotFound(UserError):
    """Nothing has the name that was given."""

    code = "not_found"


class OutputRefused(UserError):
    """Standard output takes no more of what is printed: a full disk behind it, a closed end."""

    code = "output_refused"


def _again(kind: type[UserError], sentence: str, advice: str) -> UserError:
    return kind(sentence, advice=advice)
