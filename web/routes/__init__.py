"""Route handlers: readings, the page, the model, health and metrics."""
