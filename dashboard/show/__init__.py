"""Values for templates, made of rows and statuses: pure, so that templates hold no logic."""
