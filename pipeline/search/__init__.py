"""From what was typed to the moments that answer it, with the reasons."""
