"""The pipeline on the command line: keeping, finding, and the archive's own acts."""

from pipeline.commands import acts, finding, forgetting, importing, keeping, tending

COMMANDS = (
    *keeping.COMMANDS,
    *importing.COMMANDS,
    *finding.COMMANDS,
    *acts.COMMANDS,
    *forgetting.COMMANDS,
    *tending.COMMANDS,
)
