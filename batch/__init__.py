"""Millions of images, read on one machine or on many by Ray, which the rest of the project does without."""
