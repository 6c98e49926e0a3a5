"""The inbox: batches and events."""

import django.contrib.postgres.indexes
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("fingerprint", models.UUIDField(null=True)),
                ("format", models.TextField(default="native")),
                ("event_count", models.IntegerField()),
                ("told_count", models.IntegerField(db_default=0)),
                ("moved_count", models.IntegerField(db_default=0)),
                ("received_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at", None)), fields=["id"], name="batch_to_settle"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("format", "fingerprint"), name="bytes_are_taken_in_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("batch_id", models.BigIntegerField()),
                ("source", models.TextField(db_collation="C")),
                ("key", models.TextField(db_collation="C")),
                ("kind", models.TextField()),
                ("at", models.DateTimeField()),
                ("block", models.BigIntegerField(null=True)),
                ("tx_index", models.BigIntegerField(null=True)),
                ("log_index", models.BigIntegerField(null=True)),
                ("scope", models.UUIDField(null=True)),
                ("settlement", models.UUIDField(null=True)),
                ("trade", models.UUIDField(null=True)),
                ("order_id", models.UUIDField(null=True)),
                ("chain", models.TextField(null=True)),
                ("contract", models.TextField(null=True)),
                ("collection", models.TextField(null=True)),
                ("token_id", models.TextField(null=True)),
                ("trait", models.TextField(null=True)),
                ("quantity", models.BigIntegerField(null=True)),
                ("standard", models.TextField(null=True)),
                ("from_wallet", models.TextField(null=True)),
                ("to_wallet", models.TextField(null=True)),
                ("maker", models.TextField(null=True)),
                ("price", models.DecimalField(decimal_places=0, max_digits=78, null=True)),
                ("currency", models.TextField(null=True)),
                ("decimals", models.SmallIntegerField(null=True)),
                ("order_key", models.TextField(db_collation="C", null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("tx_hash", models.TextField(null=True)),
                ("address", models.TextField(null=True)),
                ("content", models.UUIDField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["scope"], name="event_by_scope"),
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["batch_id"], name="event_by_batch", pages_per_range=16
                    ),
                    models.Index(
                        condition=models.Q(("kind__in", ["custody", "funding", "rate"])),
                        fields=["kind"],
                        name="event_of_a_list",
                    ),
                ],
            },
        ),
    ]
