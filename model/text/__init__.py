"""The text that a model reads: normalized, cut into n-grams, typed pressure blanked out."""
