"""What can be asked and done."""
