"""How processes of ours ask one another: JSON, one object a line, over Unix sockets."""
