"""Folds scaler, network and calibration into one ONNX file, and proves it equal."""
