"""The quick way: clean drawings whose components are digits, read without the page network."""
