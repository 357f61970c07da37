"""Tests of changes of the platform."""
