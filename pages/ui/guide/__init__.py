"""What the What it knows page draws."""
