"""Sentences of ours with rare names in them, and how often the names are written."""
