"""The log of who may send events."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_supervision"), ("intake", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (SQL / "0005_sender_log.sql").read_text(encoding="utf-8"),
            (SQL / "0005_sender_log_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
