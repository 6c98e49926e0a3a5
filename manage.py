#!/usr/bin/env python
"""Django's command line for Holdfast."""

import os
import sys

# These change tables, which belong to the owner's role. Everything else runs as the app's role.
OWNER_COMMANDS = ("migrate", "grant", "facts rebuild")


def main() -> None:
    """Run one command; without a database, end with a sentence instead of a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if " ".join(sys.argv[1:]).startswith(OWNER_COMMANDS):
        os.environ["DATABASE_ROLE"] = "owner"

    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except OperationalError:
        no_connection = why_no_connection()
        if no_connection is None:
            raise
        sys.exit(no_connection)


def why_no_connection() -> str | None:
    """A sentence for a person if the database cannot be reached, else nothing."""
    from django.db import OperationalError, connection

    connection.close()
    try:
        connection.ensure_connection()
    except OperationalError as error:
        place = connection.settings_dict["HOST"] or "localhost"
        hint = "Start it with `make run`, or set DATABASE_URL."
        return f"PostgreSQL does not answer at {place}. {hint}\nIt says: {str(error).splitlines()[0]}"
    return None


if __name__ == "__main__":
    main()
