"""Measures how well the reader reads each data set: `python -m evaluation`."""
