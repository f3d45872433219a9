"""Sign-in and pairing: which phones are let in, and how another one comes to be."""
