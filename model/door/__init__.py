"""Who is let in, by pages and API alike, and what is asked of every request before anything is done for it."""
