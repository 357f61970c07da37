"""What may be done to changes: each function is one use case and one transaction."""
