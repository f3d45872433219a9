"""Noise that nobody speaks in, and a record of what was heard in it."""
