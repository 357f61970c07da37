"""A thousand mails, and what taking them costs."""
