"""The API: who gets in, what is answered, and its document."""
