"""Priority by impact and urgency, and the order in which mail is answered."""
