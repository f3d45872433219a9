"""Buttons on pins, input devices, and the keys of a terminal."""
