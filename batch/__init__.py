"""Reads millions of images on one machine or many with Ray, which the rest of the project does not need."""
