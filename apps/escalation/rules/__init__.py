"""What follows from the facts of an escalation, a rotation or an outage.

Clause: none (a package).
"""
