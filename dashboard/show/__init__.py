"""What a page shows, from what is stored: pure, so that templates hold no logic."""
