"""Who may say of a flagged sale that it is none, or that it is a wash trade."""

from django.db import migrations

NAME = "May clear flagged sales and confirm them"

# Whoever answers a collector can look into a sale, and whoever approves a round can, too.
ROLES = ("operator", "approver")


def add_permission(apps, schema_editor):
    content_type = apps.get_model("contenttypes", "ContentType").objects.get(
        app_label="staff", model="change"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename="judge", defaults={"name": NAME}
    )
    for role in ROLES:
        apps.get_model("auth", "Group").objects.get(name=role).permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("staff", "0006_webhooks")]

    operations = [
        migrations.AlterModelOptions(
            name="change",
            options={
                "default_permissions": (),
                "permissions": [
                    ("look", "May read every page"),
                    ("pause", "May pause and resume"),
                    ("edit_rules", "May change rules by new versions"),
                    (
                        "edit_lists",
                        "May upload cohorts, mark collections, name custody addresses and rates",
                    ),
                    ("plan", "May have shipments planned"),
                    ("send_back", "May send plans back"),
                    ("halt", "May halt what ships, let it go on, and try again what failed"),
                    ("approve", "May approve shipments"),
                    ("adjust", "May correct balances"),
                    ("keep_webhooks", "May pause and resume webhooks, and send again what was given up"),
                    ("judge", NAME),
                ],
            },
        ),
        migrations.RunPython(add_permission, migrations.RunPython.noop),
    ]
