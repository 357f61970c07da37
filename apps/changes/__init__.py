"""What we change on the platform: maintenance notices, GAP analyses, releases."""
