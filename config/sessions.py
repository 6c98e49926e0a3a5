"""Sessions in the database as Django keeps them, each read by a prepared statement."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from config import db

SQL = db.folder()


class SessionStore(DatabaseStore):
    """Django's own store, but for the reading: the ORM would build the same statement anew each time."""

    def _get_session_from_db(self) -> Any:
        """The session's row; None where it is unknown or over, and its key is then forgotten."""
        rows = SQL["session"].prepared_rows({"key": self.session_key, "as_of": timezone.now()})
        if rows:
            return self.model(**rows[0])
        self._session_key = None
        return None
