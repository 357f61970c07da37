"""What the portal reads of tickets: what a client may see of them, in a client's words."""
