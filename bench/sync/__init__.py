"""Two and more copies of one archive: do they come to the same, and at what cost."""
