"""The microphone: a child process reads it, and blocks of 16 kHz mono come out."""
