"""What this install keeps for itself beside the journal: derived, and never sent to a peer."""
