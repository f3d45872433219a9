"""The log: events with names, ids and numbers. Never a word that anyone said, never a query.

`log.info("clip_transcribed", moment=id, seconds=4.2)`. Lines go to standard
error, where journald keeps them; standard output belongs to the command.

structlog takes 2.5 MB, so it is loaded once there is something to log.
"""

import sys
from typing import Any

Log = Any
"""structlog's bound logger; it has no useful static type of its own."""

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def set_up(level: str = "warning") -> None:
    """Send the log to standard error, one line an event, from `level` upwards."""
    import structlog  # noqa: PLC0415

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=_to_standard_error,
        cache_logger_on_first_use=False,
    )


def _to_standard_error(*_: object) -> Log:
    """A logger to where standard error leads now; one that says nothing where it is closed."""
    import structlog  # noqa: PLC0415

    return structlog.ReturnLogger() if sys.stderr is None else structlog.PrintLogger(sys.stderr)


def get_log() -> Log:
    """The log of this process; warnings and errors only where nobody has set it up."""
    import structlog  # noqa: PLC0415

    if not structlog.is_configured():
        set_up()
    return structlog.get_logger()


def log_ignored_faults() -> None:
    """Log what Python raises where nobody can catch it: the kind alone, and each kind once.

    Its own report quotes what others sent: a host that is no ASCII, in a handshake, is raised so.
    """
    known: set[str] = set()

    def log_it(fault: Any) -> None:  # noqa: ANN401 - its type has no name at run time
        kind = fault.exc_type.__name__
        if kind not in known:
            known.add(kind)
            get_log().error("fault_ignored", fault=kind)

    sys.unraisablehook = log_it
