"""Benchmarks of the shipped model and its alternatives: `make scores`."""
