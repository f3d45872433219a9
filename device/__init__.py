"""Everything with a wire, and the capture daemon."""
