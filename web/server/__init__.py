"""The server processes, their listening socket and their connections."""
