"""Labels as files, out and in again: CSV, JSON Lines and Label Studio's JSON."""
