"""Pages of tickets: the list, a new one, one of them, and what is done on it."""
