"""Reads tables: finds the printed grid of a form, and puts the marks into its cells."""
