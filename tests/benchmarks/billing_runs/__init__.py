"""What the benchmark of the invoice run does once Django is set up on its database."""
