"""Changes in the back office."""
