"""Finds the marks of a picture: where writing is, which mark it belongs to, and what kind of mark that is."""
