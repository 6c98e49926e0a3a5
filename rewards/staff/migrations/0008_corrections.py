"""Who may write corrections of balances, approve them, and answer appeals."""

from django.db import migrations

PERMISSIONS = {
    "correct": "May write corrections of balances",
    "adjust": "May approve corrections of balances",
    "answer": "May answer appeals",
}


def add_permissions(apps, schema_editor):
    content_type = apps.get_model("contenttypes", "ContentType").objects.get(
        app_label="staff", model="change"
    )
    made = {
        codename: apps.get_model("auth", "Permission").objects.update_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )[0]
        for codename, name in PERMISSIONS.items()
    }
    # Approvers have adjust already. One person writes, another approves.
    apps.get_model("auth", "Group").objects.get(name="operator").permissions.add(
        made["correct"], made["answer"]
    )


class Migration(migrations.Migration):
    dependencies = [("staff", "0007_judge")]

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
                    ("correct", "May write corrections of balances"),
                    ("adjust", "May approve corrections of balances"),
                    ("answer", "May answer appeals"),
                    ("keep_webhooks", "May pause and resume webhooks, and send again what was given up"),
                    ("judge", "May clear flagged sales and confirm them"),
                ],
            },
        ),
        migrations.RunPython(add_permissions, migrations.RunPython.noop),
    ]
