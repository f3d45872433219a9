"""The last minutes of sound, in memory only, and the speech that was found in them."""
