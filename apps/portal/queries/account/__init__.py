"""What an account was promised, order by order."""
