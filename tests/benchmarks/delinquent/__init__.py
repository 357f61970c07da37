"""What the benchmark of standings consists of."""
