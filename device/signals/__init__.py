"""Patterns for light and motor: the table, the scheduler, and the hardware that shows them."""
