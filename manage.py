#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import InterfaceError, OperationalError

# What mail servers read as "keep the mail and try again": any other would make them bounce it.
TRY_AGAIN = 75


def main() -> None:
    """Run a command. What whoever runs it can mend is said in words, without a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, OperationalError, InterfaceError) as trouble:
        if "--traceback" in sys.argv:
            raise
        is_ours = isinstance(trouble, ImproperlyConfigured)
        what = "The configuration is wrong" if is_ours else "The database is in trouble"
        sys.stderr.write(f"{what}: {trouble}\n")
        sys.exit(TRY_AGAIN)
    except BrokenPipeError:
        # Whoever read has enough, as `head` does. Python would fail once more as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
