"""What the benchmark of exports does once Django is set up on its database."""
