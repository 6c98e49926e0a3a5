"""Who changed a shipment last, who may not approve it either."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import F, Q

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("shipments", "0011_deadline")]

    operations = [
        migrations.AddField(
            model_name="shipment",
            name="changed_by",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("changed_by")),
                name="approver_did_not_change_it",
            ),
        ),
        migrations.RunSQL(
            (SQL / "0012_changed_by.sql").read_text(encoding="utf-8"),
            (SQL / "0012_changed_by_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
