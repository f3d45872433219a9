"""The page as a phone on the network has it."""
