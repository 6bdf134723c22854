"""The text that a model reads: normalized, typed pressure blanked out, cut into n-grams."""
