"""Makes labelled marks, and pages with ground truth for every pixel, for training and evaluation."""
