"""Days and times of day as people write and read them; instants are in `core/clock.py`."""
