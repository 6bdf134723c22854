"""What the Agree page draws."""
