"""KEEP: what is known, what travels and what lasts. Imports nothing of ours."""
