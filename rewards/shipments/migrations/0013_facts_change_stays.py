"""What an approved plan knew of the facts is frozen with it."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("shipments", "0012_changed_by")]

    operations = [
        migrations.RunSQL(
            (SQL / "0013_facts_change_stays.sql").read_text(encoding="utf-8"),
            (SQL / "0013_facts_change_stays_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
