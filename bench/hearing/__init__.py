"""What the benchmarks of hearing share: word errors, the other side, and processes' costs."""
