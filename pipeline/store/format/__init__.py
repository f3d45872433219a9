"""What is stored, as pure values: events with their hashes, and drafts of them."""
