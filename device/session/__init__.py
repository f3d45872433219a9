"""What capture decides, as pure functions: gestures, keeping, edges, pause."""
