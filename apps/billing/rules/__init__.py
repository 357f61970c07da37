"""What it costs, how it is rounded, how late it is. No framework here.

Clause: V-3.4.6, S-4, S-12, S-13.
"""
