"""Exports the trained networks as ONNX files and checks that each computes the same as Keras."""
