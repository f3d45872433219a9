"""The window: a small Flask app for the phone."""
