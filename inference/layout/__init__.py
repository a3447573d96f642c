"""In which order marks are read: lines, columns, and the level of small signs."""
