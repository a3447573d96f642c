"""What every request meets: its id, headers, limits, body, and how errors are told."""
