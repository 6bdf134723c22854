"""Labelling: which email a person is given next, and what several people's labels add up to."""
