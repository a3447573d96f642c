"""Tables: the printed grid of a form, and what stands in each of its cells."""
