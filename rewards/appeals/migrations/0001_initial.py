
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('adjustments', '0002_guards'),
        ('shipments', '0011_deadline'),
    ]

    operations = [
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('collector_id', models.BigIntegerField()),
                ('wallet_id', models.BigIntegerField()),
                ('line_collector_id', models.BigIntegerField()),
                ('rule_version_id', models.BigIntegerField()),
                ('subject', models.UUIDField()),
                ('for_shipment_id', models.BigIntegerField()),
                ('text', models.TextField()),
                ('opened_at', models.DateTimeField()),
                ('state', models.TextField(default='open')),
                ('answer', models.TextField(default='')),
                ('answered_by', models.TextField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('adjustment', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, to='adjustments.adjustment')),
                ('shipment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='shipments.shipment')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['line_collector_id', '-id'], name='appeal_by_line'), models.Index(condition=models.Q(('state', 'open')), fields=['collector_id'], name='appeal_by_collector'), models.Index(condition=models.Q(('state', 'open')), fields=['id'], name='appeal_to_answer')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('shipment', 'line_collector_id', 'rule_version_id', 'subject', 'for_shipment_id'), name='line_has_one_open_appeal'), models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('text'), 2000)), name='appeal_says_something'), models.CheckConstraint(condition=models.Q(models.Q(('adjustment', None), ('answer', ''), ('answered_at', None), ('answered_by', None), ('state', 'open')), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('state', 'answered'), models.Q(('answer', ''), _negated=True), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('answer'), 2000)), _connector='OR'), name='answered_appeal_has_its_answer')],
            },
        ),
    ]
