"""The pipeline on the command line: keeping, finding, and the archive's own acts."""

from pipeline.commands import acts, finding, forgetting, importing, keeping, tending
from pipeline.exchange import command as exchange
from pipeline.refining import command as refining
from pipeline.selection import command as selection
from pipeline.sync import command as sync
from pipeline.sync.peers import command as peers
from pipeline.voices import command as voices

COMMANDS = (
    *keeping.COMMANDS,
    *refining.COMMANDS,
    *importing.COMMANDS,
    *finding.COMMANDS,
    *acts.COMMANDS,
    *forgetting.COMMANDS,
    *selection.COMMANDS,
    *voices.COMMANDS,
    *tending.COMMANDS,
    *exchange.COMMANDS,
    *sync.COMMANDS,
    *peers.COMMANDS,
)
