"""The dictionary: values, errors, settings, clock and log. Imports no other room."""
