"""The benchmarks of hearing, and what they share: word errors, the other side, what it costs."""
