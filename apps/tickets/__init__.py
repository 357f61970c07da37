"""The record of what happened, and the promises on it."""
