"""The archive as another copy of it meets it: lines, pages, forgets, sound."""
