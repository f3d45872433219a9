"""Benchmarks of sound as it is stored."""
