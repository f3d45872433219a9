"""The porch: everything with a wire, and the capture daemon."""
