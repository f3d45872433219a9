"""What an install is known by: Ed25519, and the certificate of a key."""
