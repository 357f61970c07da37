"""What the queue's benchmark does once Django is set up on its database."""
