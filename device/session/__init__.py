"""The decisions of capture, as pure functions: gestures, keeping, edges, pause."""
