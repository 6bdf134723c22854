"""What the Triage page draws."""
