"""A rule's caps and pots bound a plan for the time of each round by itself, now that lines can be late."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"
BEFORE, end, _ = (SQL / "0007_plan_limits.sql").read_text(encoding="utf-8").partition("$function$;")


class Migration(migrations.Migration):
    dependencies = [("shipments", "0009_late_lines")]

    operations = [
        migrations.RunSQL(
            (SQL / "0010_limits_by_round.sql").read_text(encoding="utf-8"),
            BEFORE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") + end,
        )
    ]
