"""What the portal reads of appointments: which there are, what each means, and what one costs."""
