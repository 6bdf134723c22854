"""Measures how good the model is, against others and on others' mail; nothing here is needed to decide."""
