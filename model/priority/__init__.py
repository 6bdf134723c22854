"""How soon an email must be answered, and in which order a queue is worked through."""
