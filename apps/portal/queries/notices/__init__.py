"""Notices: what the account was told, with the proof that it was sent. One module a kind."""
