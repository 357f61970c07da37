"""What the portal reads, when it spans models."""
