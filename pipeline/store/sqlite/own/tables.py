"""The tables of what this install keeps for itself. They are no views: `rebuild` leaves them."""

OWN_VECTORS = """
CREATE TABLE own_vectors (moment TEXT PRIMARY KEY, transcript TEXT NOT NULL, content BLOB NOT NULL)
STRICT;
"""
