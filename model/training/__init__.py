"""Training: from labelled emails to a fitted model, its scores, and its comparison with the model in use."""
