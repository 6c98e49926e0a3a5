"""Raw SQL, because a skip must stay for every role, superusers included, once its window has opened."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("series", "0003_skips"), ("staff", "0002_change_log")]

    operations = [
        migrations.RunSQL(
            (SQL / "0004_skip_guards.sql").read_text(encoding="utf-8"),
            (SQL / "0004_skip_guards_reverse.sql").read_text(encoding="utf-8"),
        )
    ]
