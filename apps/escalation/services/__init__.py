"""What can be done. Each is one transaction and takes the instant of the act."""
