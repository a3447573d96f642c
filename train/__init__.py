"""Trains the networks with Keras, and writes the results to `artifacts/`."""
