"""How the page is reached from the local network: its doors, certificates and name."""
