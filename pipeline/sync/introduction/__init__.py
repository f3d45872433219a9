"""How two installs come to know each other, by people: docs/sync-protocol.md, "Introduction"."""
