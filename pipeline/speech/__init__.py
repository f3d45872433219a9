"""Where in a sound somebody speaks: models, gates, levelling."""
