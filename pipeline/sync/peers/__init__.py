"""The peers of an install: who they are, how they are added and removed, and where they are."""
