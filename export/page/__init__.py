"""Exports the page network as one ONNX file and checks that it computes the same as Keras."""
