"""Made pictures with the truth of every pixel, for training and for measuring."""
