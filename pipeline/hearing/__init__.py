"""From sound to words: is there speech, where does it begin and end, and what was said."""
