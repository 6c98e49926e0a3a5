"""Who may keep webhooks, and the log of what they do."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


def add_permission(apps, schema_editor):
    content_type = apps.get_model("contenttypes", "ContentType").objects.get(
        app_label="staff", model="change"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename="keep_webhooks",
        defaults={"name": "May pause and resume webhooks, and send again what was given up"},
    )
    apps.get_model("auth", "Group").objects.get(name="operator").permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("staff", "0005_sender_log"), ("webhooks", "0002_guards")]

    operations = [
        migrations.AlterModelOptions(
            name='change',
            options={'default_permissions': (), 'permissions': [('look', 'May read every page'), ('pause', 'May pause and resume'), ('edit_rules', 'May change rules by new versions'), ('edit_lists', 'May upload cohorts, mark collections, name custody addresses and rates'), ('plan', 'May have shipments planned'), ('send_back', 'May send plans back'), ('halt', 'May halt what ships, let it go on, and try again what failed'), ('approve', 'May approve shipments'), ('adjust', 'May correct balances'), ('keep_webhooks', 'May pause and resume webhooks, and send again what was given up')]},
        ),
        migrations.RunPython(add_permission, migrations.RunPython.noop),
        migrations.RunSQL(
            (SQL / "0006_webhook_log.sql").read_text(encoding="utf-8"),
            (SQL / "0006_webhook_log_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
