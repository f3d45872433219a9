"""Who may reach us: files for the wearer alone, and the user at the other end."""
