"""The Quality page."""
