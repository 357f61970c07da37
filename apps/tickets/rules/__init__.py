"""What a ticket's history means.

Clause: none (a package).
"""
