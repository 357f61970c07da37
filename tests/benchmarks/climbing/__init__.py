"""What the benchmark of escalations does once Django is set up on its database."""
