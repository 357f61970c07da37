"""Reads that others need too."""
