"""Senders, their secrets, and the messages that came."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('sender_id', models.IntegerField()),
                ('message_id', models.TextField(db_collation='C')),
                ('digest', models.BinaryField()),
                ('outcomes', models.TextField()),
                ('problems', models.JSONField(default=dict)),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('sender_id', 'message_id'), name='message_is_taken_in_once'), models.CheckConstraint(condition=django.db.models.lookups.Exact(models.Func(models.F('digest'), function='octet_length', output_field=models.IntegerField()), 32), name='body_is_kept_as_its_sha256')],
            },
        ),
        migrations.CreateModel(
            name='Sender',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('name', models.TextField(db_collation='C', unique=True)),
                ('added_by', models.TextField()),
                ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('revoked_at', models.DateTimeField(null=True)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('name__regex', '^[a-z0-9._-]{1,64}$')), name='sender_is_named_like_a_source')],
            },
        ),
        migrations.CreateModel(
            name='Secret',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('sealed', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(null=True)),
                ('sender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='secrets', to='intake.sender')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at', None), ('ends_at__gte', models.F('made_at')), _connector='OR'), name='secret_ends_after_it_is_made')],
            },
        ),
    ]
