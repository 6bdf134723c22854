"""The Agree page."""
