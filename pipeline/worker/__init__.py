"""The one process that makes moments of what waits in the spool."""
