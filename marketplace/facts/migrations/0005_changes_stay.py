"""The record of which facts changed since when only grows."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("facts", "0004_retold")]

    operations = [
        migrations.RunSQL(
            (SQL / "0005_changes_stay.sql").read_text(encoding="utf-8"),
            (SQL / "0005_changes_stay_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
