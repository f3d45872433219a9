"""The name that no device has for itself."""

SHARED = "afterthought.local"
"""One Afterthought in the house answers to it, and sends on to its own name; nothing else."""
