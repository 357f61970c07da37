"""Rules of changes, which know no framework.

Clause: S-10, S-11, V-2-gap.
"""
