"""Trains the page network, which predicts for every pixel of a picture whether it is ink, and of which mark."""
