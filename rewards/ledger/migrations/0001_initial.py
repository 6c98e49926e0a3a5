import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("issuance", "Issuance"),
                            ("season", "Season"),
                            ("shipment", "Shipment"),
                            ("collector", "Collector"),
                        ]
                    ),
                ),
                ("holder_id", models.BigIntegerField()),
                ("balance_xp", models.BigIntegerField(db_default=0)),
                ("opened_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "holder_id"), name="holder_has_one_account"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["issuance", "season", "shipment", "collector"])),
                        name="account_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "issuance"), _negated=True), ("holder_id", 0), _connector="OR"
                        ),
                        name="issuance_has_no_holder",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("balance_xp__gte", 0), ("kind", "issuance"), _connector="OR"),
                        name="only_issuance_goes_below_zero",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "debit_account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "credit_account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                ("amount_xp", models.BigIntegerField()),
                ("shipment_id", models.BigIntegerField(null=True)),
                ("posted_at", models.DateTimeField()),
                ("key", models.TextField(db_collation="C")),
                ("reason", models.TextField()),
                ("payload_hash", models.BinaryField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["credit_account", "id"], name="transfer_by_credit"),
                    models.Index(fields=["debit_account", "id"], name="transfer_by_debit"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("key",), name="transfer_is_posted_once"),
                    models.CheckConstraint(
                        condition=models.Q(("key", ""), _negated=True), name="transfer_has_a_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_xp__gt", 0)), name="transfer_moves_xp"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("debit_account", models.F("credit_account")), _negated=True),
                        name="transfer_has_two_sides",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason__regex", "^[a-z][a-z_]*$")), name="reason_is_a_code"
                    ),
                ],
            },
        ),
    ]
