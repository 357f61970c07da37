"""What people fill in. A form checks its shape; a service decides."""
