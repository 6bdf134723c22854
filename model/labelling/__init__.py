"""Assigning emails to labellers, what their labels add up to, and how far they agree."""
