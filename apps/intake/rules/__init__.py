"""What a mail says, whether a person wrote it, and which tickets it names.

Clause: V-8.1.
"""
