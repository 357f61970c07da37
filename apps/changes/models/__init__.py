"""What we change on the platform, and whom we told: the rows."""
