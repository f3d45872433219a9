"""The capture loop and what it owns: everything that happens is a message to it."""
