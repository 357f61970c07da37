"""Changes of the platform."""
