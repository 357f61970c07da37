"""Settings, URLs and the two servers' entry points."""

from config.celery import app as celery

__all__ = ["celery"]
