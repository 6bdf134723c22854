"""The category of an email: the trained classifier, its fallback of keyword rules, and the decision from its scores."""
