from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = [("shipments", "0001_initial")]
    operations = [
        migrations.RunSQL("ALTER TABLE shipments_batch ADD COLUMN note TEXT NOT NULL DEFAULT ''"),
    ]
