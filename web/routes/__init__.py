"""What people and machines ask for: readings, the page, the model, health and metrics."""
