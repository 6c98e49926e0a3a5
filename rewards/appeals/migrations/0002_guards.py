"""Raw SQL, because what was said must stay for every role, superusers included."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0001_initial"),
        ("registry", "0001_initial"),
        ("shipments", "0009_late_lines"),
        ("staff", "0002_change_log"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0002_guards.sql").read_text(encoding="utf-8"),
            (SQL / "0002_guards_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
