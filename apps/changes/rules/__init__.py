"""Rules of changes, which know no framework."""
