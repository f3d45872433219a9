"""The passage table in memory: how it is made of rows, and brought up to date. Pure."""
