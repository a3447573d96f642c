"""The service: Litestar over `inference`."""
