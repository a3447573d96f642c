"""Puts marks into reading order: finds lines and columns, and the line of small signs."""
