"""The HTTP server: a Litestar application around `inference`."""
