"""Scores of predictions whose truth is known, with intervals, on splits that keep near-duplicates together."""
