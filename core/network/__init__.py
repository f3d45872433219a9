"""Local networks: which addresses are local ones, and which of them this machine has."""
