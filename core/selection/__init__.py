"""What selection says to people, in every process: why a thing was kept, or passed over."""
