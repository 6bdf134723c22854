"""How sure a prediction is: calibration, shortlists, novelty, and the limits from which the machine decides."""
