"""The pipeline on the command line: keeping, finding, and the archive's own acts."""

from pipeline.commands import acts, finding, keeping, tending

COMMANDS = (*keeping.COMMANDS, *finding.COMMANDS, *acts.COMMANDS, *tending.COMMANDS)
