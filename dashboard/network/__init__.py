"""The page on the local network: at which addresses it answers, and under which name."""
