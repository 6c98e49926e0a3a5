"""A rule may be changed before it starts; the new version begins at the same instant as the first."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("rules", "0002_guards")]

    operations = [
        migrations.RemoveConstraint(model_name="ruleversion", name="one_version_from_an_instant"),
        migrations.RunSQL(
            (SQL / "0003_replaced_before_in_force.sql").read_text(encoding="utf-8"),
            (SQL / "0003_replaced_before_in_force_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
