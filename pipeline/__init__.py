"""From a clip to a moment; the store, search, thinking and sync."""
