"""Sound that leaves this install once a peer has promised to keep it."""
