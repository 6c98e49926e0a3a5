"""Raw SQL: a function by which statements that write JSON write instants."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("api", "0002_guards")]

    operations = [
        migrations.RunSQL(
            (SQL / "0003_instant.sql").read_text(encoding="utf-8"),
            (SQL / "0003_instant_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
