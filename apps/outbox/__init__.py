"""What we tell the outside world. Knows no other app."""
