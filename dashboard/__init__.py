"""The window: a small web app for the phone. It reads the archive and asks; it hears nothing."""
