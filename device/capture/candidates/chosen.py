"""The policy that the settings choose, as this machine can do it."""

from core.access.unswapped_file import NoMemory, protection
from core.machine import battery_percent
from core.settings import SelectionSettings
from device.capture.clip_writer import ClipSource
from device.machine.temperature import celsius
from device.session.selection import rules_of, why_rest

from .ambient import Ambient, AmbientSettings, Surroundings
from .everything import Everything
from .unpressed import Capturing, SwitchedOff, Unpressed
from .worker_line import WorkerLine


def chosen(settings: SelectionSettings, capturing: Capturing, worker: WorkerLine) -> Unpressed:
    """The policy `ambient` or `everything`; where its memory cannot be had, why not."""
    if settings.policy == "everything":
        return _everything(capturing)
    try:
        how = protection()
    except NoMemory as error:
        return SwitchedOff("ambient", error)
    source = ClipSource(capturing.engine.stream, capturing.clock.recorded, "selected")
    return Ambient(
        AmbientSettings(
            rules_of(settings), settings.cpu_percent / 100, worker.most_heard_bytes, how
        ),
        Surroundings(
            source,
            capturing.clock.sound,
            lambda: capturing.engine.session.keeping,
            worker.clip_bytes,
            worker.socket,
            capturing.facts.write,
            capturing.kept,
            lambda: why_rest(celsius(), battery_percent()),
        ),
    )


def _everything(capturing: Capturing) -> Everything:
    engine = capturing.engine
    return Everything(
        ClipSource(engine.stream, capturing.clock.recorded, "selected", ("everything",)),
        capturing.clock.sound,
        capturing.spool,
        capturing.report,
        capturing.kept,
        keeping=lambda: engine.session.keeping,
        refusal=capturing.reserve.refusal,
    )
