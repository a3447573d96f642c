"""Reads clean drawings: by the classifier alone if each component is a digit, else at scales that the ink suggests."""
