"""A deadline for approvals, and the guard of what an approval was about."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("shipments", "0010_limits_by_round")]

    operations = [
        migrations.AddField(
            model_name="shipment",
            name="approve_by",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(
            (SQL / "0011_words_guard.sql").read_text(encoding="utf-8"),
            (SQL / "0011_words_guard_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
