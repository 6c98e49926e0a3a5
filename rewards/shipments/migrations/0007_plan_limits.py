"""A plan that breaks a limit of its season or its rules is not approved, whoever tries."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("shipments", "0006_comments"),
        ("rules", "0004_season_limits"),
        ("inbox", "0001_inbox"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0007_plan_limits.sql").read_text(encoding="utf-8"),
            (SQL / "0007_plan_limits_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
