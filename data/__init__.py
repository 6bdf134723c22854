"""KEEP: types, reading of input, settings and the store. Imports neither model nor pages."""
