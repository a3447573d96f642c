"""The service: Litestar over `inference`."""

__version__ = "0.1.0"
