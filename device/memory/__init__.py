"""The last minutes of sound, in memory only, and what is known about them."""
