"""Texts as they are searched: what is one word, and which spellings are the same."""
