"""What answers are made of."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from rewards.api.fields import Instant


class TestInstant:
    """Answers that the database writes and those that a serializer writes tell an instant alike."""

    @pytest.mark.django_db
    @pytest.mark.parametrize("micros", [0, 1, 10, 123_450, 123_456, 500_000])
    def test_reads_as_the_database_writes_it(self, micros: int) -> None:
        at = datetime(2026, 3, 10, 12, 0, 0, micros, tzinfo=UTC)
        with connection.cursor() as cursor:
            cursor.execute("SELECT api_instant(%s)", [at])
            assert Instant().to_representation(at) == cursor.fetchone()[0]
