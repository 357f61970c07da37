"""What the account page's benchmark does once Django is set up on its database."""
