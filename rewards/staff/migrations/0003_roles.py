"""The roles of staff as groups, made here so that every installation has them before its first user."""

from django.db import migrations

PERMISSIONS = {
    "look": "May read every page",
    "pause": "May pause and resume",
    "edit_rules": "May change rules by new versions",
    "edit_lists": "May upload cohorts, mark collections, name custody addresses and rates",
    "plan": "May have shipments planned",
    "approve": "May approve shipments",
    "adjust": "May correct balances",
}

ROLES = {
    "viewer": ["look"],
    "operator": ["look", "pause", "edit_rules", "edit_lists", "plan"],
    "approver": ["look", "approve", "adjust"],
}


def make_roles(apps, schema_editor):
    # Django makes permissions only after the last migration; it finds these and leaves them as they are.
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="staff", model="change"
    )
    permissions = {
        codename: apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )[0]
        for codename, name in PERMISSIONS.items()
    }
    for role, codenames in ROLES.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=role)
        group.permissions.set(permissions[codename] for codename in codenames)


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0002_change_log"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
