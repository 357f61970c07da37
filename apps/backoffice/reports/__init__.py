"""Reports: what was excluded from support, and work that others did."""
