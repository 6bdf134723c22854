"""Metrics of predictions on labelled emails, with intervals, on splits that keep near-duplicates together."""
