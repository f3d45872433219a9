"""The microphone, read by a child process: blocks of 16 kHz mono, and what was lost of them."""
