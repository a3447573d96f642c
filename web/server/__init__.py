"""The processes, their socket and their connections."""
