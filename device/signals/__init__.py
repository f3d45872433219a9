"""What the wearer sees and feels: patterns, who decides when, and what has a wire."""
