"""What the benchmark of the API does once Django is set up on its database."""
