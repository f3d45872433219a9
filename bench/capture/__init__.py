"""What the benchmarks of capture simulate: a world to be heard, and a process that hears it."""
