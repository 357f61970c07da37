"""Rules of changes, which know no framework.

Clause: none (a package).
"""
