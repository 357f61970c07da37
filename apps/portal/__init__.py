"""The reseller's window: what an account's own people read and do. No models, no rules."""
