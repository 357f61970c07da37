"""What a contract promises, as values and functions that know no framework.

Clause: none (the modules cite theirs).
"""
