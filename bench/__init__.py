"""Benchmarks that anyone can run: `afterthought bench NAME`. What they printed is in RESULTS.md."""
