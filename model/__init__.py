"""THINK: from an email to a decision. Imports only from data."""
