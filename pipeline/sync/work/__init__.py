"""Work on moments that moves to where the power is: lent to peers, and taken of theirs."""
