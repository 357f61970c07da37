"""Rules of the outbox: when a failed message is tried again.

Clause: none (how a mail is delivered is no promise of a policy).
"""
