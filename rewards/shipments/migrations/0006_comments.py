"""What people say of a shipment, a plan that can be sent back, and the guards of both."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("shipments", "0005_audience")]

    operations = [
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("text", models.TextField()),
                ("plan_digest", models.TextField(null=True)),
                ("written_by", models.TextField()),
                ("written_at", models.DateTimeField()),
                (
                    "shipment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to="shipments.shipment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            kind__in=["said", "sent_back", "halted", "went_on", "tried_again", "called_off"]
                        ),
                        name="comment_has_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="comment_says_something"
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            (SQL / "0006_comments.sql").read_text(encoding="utf-8"),
            (SQL / "0006_comments_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
