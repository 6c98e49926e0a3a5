"""Lines and boosts say which round they count for, so that a round can pay late for one before it."""

from django.db import migrations, models
from django.db.models import F, Q

# Until now each row counts for its own round. The guard against changed rows is lifted for that one
# statement; a table's owner can do so, and the app's role is none.
FOR_ROUND = """
ALTER TABLE {table} ADD COLUMN for_shipment_id bigint;
ALTER TABLE {table} DISABLE TRIGGER plan_rows_never_change;
UPDATE {table} SET for_shipment_id = shipment_id;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER plan_rows_never_change;
ALTER TABLE {table} ALTER COLUMN for_shipment_id SET NOT NULL;
ALTER TABLE {table} DROP CONSTRAINT {table}_pkey;
ALTER TABLE {table} ADD CONSTRAINT {table}_pkey
    PRIMARY KEY (shipment_id, collector_id, rule_version_id, {key}, for_shipment_id);
"""
FOR_NO_ROUND = """
ALTER TABLE {table} DROP CONSTRAINT {table}_pkey;
ALTER TABLE {table} DROP COLUMN for_shipment_id;
ALTER TABLE {table} ADD CONSTRAINT {table}_pkey
    PRIMARY KEY (shipment_id, collector_id, rule_version_id, {key});
"""


def for_round(model, key):
    """Django knows no way to another primary key, so the database gets it in its own words."""
    words = {"table": f"shipments_{model}", "key": key}
    return migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RunSQL(FOR_ROUND.format(**words), FOR_NO_ROUND.format(**words))],
        state_operations=[
            migrations.AddField(
                model_name=model, name="for_shipment_id", field=models.BigIntegerField(), preserve_default=False
            ),
            migrations.AlterField(
                model_name=model,
                name="pk",
                field=models.CompositePrimaryKey(
                    "shipment_id",
                    "collector_id",
                    "rule_version_id",
                    key,
                    "for_shipment_id",
                    blank=True,
                    editable=False,
                    primary_key=True,
                    serialize=False,
                ),
            ),
        ],
    )


class Migration(migrations.Migration):
    dependencies = [("shipments", "0008_audience_guard")]

    operations = [
        for_round("line", "subject"),
        for_round("boost", "hold_key"),
        migrations.AddField(
            model_name="line", name="earlier_xp", field=models.BigIntegerField(db_default=0, default=0)
        ),
        migrations.AddField(
            model_name="shipment", name="facts_change", field=models.BigIntegerField(db_default=0, default=0)
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=Q(earlier_xp=0) | (Q(earlier_xp__gt=0) & ~Q(for_shipment_id=F("shipment_id"))),
                name="only_a_late_line_was_counted_before",
            ),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(
                fields=["for_shipment_id"],
                name="late_line_by_round",
                condition=~Q(for_shipment_id=F("shipment_id")),
            ),
        ),
    ]
