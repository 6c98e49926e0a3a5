"""The list of tokens whose sales may be others, with all that have sales already."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('facts', '0003_changes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Retold',
            fields=[
                ('token', models.UUIDField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.RunSQL(
            "INSERT INTO facts_retold (token) SELECT DISTINCT token FROM facts_sale", migrations.RunSQL.noop
        ),
    ]
