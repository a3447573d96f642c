"""What applies to all requests: access, limits, ids, headers, bodies and errors."""
