"""Measures the model and its alternatives, for data/scores.json and the README: `make scores`."""
