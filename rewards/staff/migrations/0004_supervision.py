"""Who may send plans back and halt what ships, and the log of what they say with it."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"

PERMISSIONS = {
    "send_back": "May send plans back",
    "halt": "May halt what ships, let it go on, and try again what failed",
}

# Whoever reviews a plan can send it back, and whoever is there when something goes wrong can halt it.
ROLES = ("operator", "approver")


def add_permissions(apps, schema_editor):
    content_type = apps.get_model("contenttypes", "ContentType").objects.get(
        app_label="staff", model="change"
    )
    permissions = [
        apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )[0]
        for codename, name in PERMISSIONS.items()
    ]
    for role in ROLES:
        apps.get_model("auth", "Group").objects.get(name=role).permissions.add(*permissions)


class Migration(migrations.Migration):
    dependencies = [("staff", "0003_roles"), ("shipments", "0006_comments")]

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
                ],
            },
        ),
        migrations.RunPython(add_permissions, migrations.RunPython.noop),
        migrations.RunSQL(
            (SQL / "0004_comment_log.sql").read_text(encoding="utf-8"),
            (SQL / "0004_comment_log_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
