"""Folds the page network into one ONNX file, and proves it equal."""
