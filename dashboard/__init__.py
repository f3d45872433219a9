"""A small web app for the phone. It reads the archive and asks capture; it hears nothing itself."""
