"""What the API reads."""
