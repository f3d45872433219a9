"""HTTP/1.1 between two installs: what docs/sync-protocol.md needs of it, and no more.

h11 knows the protocol; bytes come and go by asyncio's streams, over whatever TLS the caller has.
"""
