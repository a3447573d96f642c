"""Decodes uploaded files, converts pictures to grey, and labels their connected components."""
