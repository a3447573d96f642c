"""Trains the networks with Keras; its results lie in `artifacts/`."""
