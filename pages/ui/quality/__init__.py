"""What the Quality page draws."""
