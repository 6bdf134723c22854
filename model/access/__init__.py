"""Authentication and authorisation of people and programs, rate limits, request ids and security headers."""
