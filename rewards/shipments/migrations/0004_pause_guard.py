"""Raw SQL, because the guard must bind every role, superusers included."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("shipments", "0003_limits"), ("flags", "0002_guards"), ("rules", "0002_guards")]

    operations = [
        migrations.RunSQL(
            (SQL / "0004_pause_guard.sql").read_text(encoding="utf-8"),
            (SQL / "0004_pause_guard_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
