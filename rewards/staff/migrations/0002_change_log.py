"""Raw SQL, because the log must be kept for every role, superusers included."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_initial"),
        ("flags", "0002_guards"),
        ("rules", "0002_guards"),
        ("shipments", "0005_audience"),
        ("registry", "0002_limits"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0002_change_log.sql").read_text(encoding="utf-8"),
            (SQL / "0002_change_log_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
