"""Whom a plan is for changes only while it is a draft, whoever asks."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("shipments", "0007_plan_limits")]

    operations = [
        migrations.RunSQL(
            (SQL / "0008_audience_guard.sql").read_text(encoding="utf-8"),
            (SQL / "0008_audience_guard_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
