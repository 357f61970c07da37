"""The dashboards' window: what a program may ask and do, by the services that pages call."""
