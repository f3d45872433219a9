"""One archive on several machines. docs/sync-protocol.md says how they meet."""
