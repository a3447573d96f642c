"""Decides what each mark is: normalises, classifies, refuses, joins and explains marks."""
