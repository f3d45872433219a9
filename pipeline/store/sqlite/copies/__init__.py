"""Copies of the database: taken while others write, and taken into use again."""
