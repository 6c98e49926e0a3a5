"""Raw SQL, because what was approved must stay for every role, superusers included."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("adjustments", "0001_initial"),
        ("ledger", "0002_guards"),
        ("registry", "0001_initial"),
        ("shipments", "0001_initial"),
        ("staff", "0002_change_log"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0002_guards.sql").read_text(encoding="utf-8"),
            (SQL / "0002_guards_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
