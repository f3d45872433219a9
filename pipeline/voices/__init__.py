"""Whose voice it is: the wearer's or another's, and who speaks when in a recording."""
