"""How long one kind of work waits for another."""
