"""What the portal's benchmark does once Django is set up on its database."""
