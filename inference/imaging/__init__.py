"""From an uploaded file to the grey picture that is looked at, and its connected components."""
