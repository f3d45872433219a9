"""What is kept without a press: candidates, where they wait, and their way to the worker."""
