"""The dictionary: values, errors, settings, clock and log. Imports no other room."""

VERSION = "0.1.0"
"""Of the product, as pyproject.toml has it. Who asks the installed package loads readers of zip
files and of mails, 2 MB of them."""
