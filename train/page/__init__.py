"""The page reader: a network that says of every pixel of a picture whether it is writing, and whose."""
