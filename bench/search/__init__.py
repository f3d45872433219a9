"""Benchmarks of search beside `search_recall` and `search_speed`, and what they ask."""
