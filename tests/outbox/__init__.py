"""The outbox: what is written, when it goes out, and what becomes of what cannot."""
