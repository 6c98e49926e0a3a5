
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('rules', '0005_farm_alarm'),
    ]

    operations = [
        migrations.CreateModel(
            name='Adjustment',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('title', models.TextField()),
                ('state', models.TextField(default='draft')),
                ('author', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('written_at', models.DateTimeField()),
                ('digest', models.TextField()),
                ('entry_count', models.IntegerField()),
                ('granted_xp', models.BigIntegerField()),
                ('taken_xp', models.BigIntegerField()),
                ('approved_by', models.TextField(null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('note', models.TextField(default='')),
                ('season', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='rules.season')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('address', models.TextField(db_collation='C')),
                ('amount_xp', models.BigIntegerField()),
                ('takes_back', models.TextField(db_collation='C', default='')),
                ('reason', models.TextField()),
                ('evidence', models.TextField()),
                ('collector_id', models.BigIntegerField(null=True)),
                ('adjustment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='adjustments.adjustment')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='adjustment',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'sent_back', 'approved', 'cancelled'])), name='adjustment_has_a_known_state'),
        ),
        migrations.AddConstraint(
            model_name='adjustment',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('author')), _negated=True), _connector='OR'), name='adjuster_is_not_approver'),
        ),
        migrations.AddConstraint(
            model_name='adjustment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('state', 'approved')), models.Q(models.Q(('state', 'approved'), _negated=True), ('approved_at', None), ('approved_by', None)), _connector='OR'), name='approved_adjustment_says_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='adjustment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at__isnull', False), ('state', 'cancelled')), models.Q(models.Q(('state', 'cancelled'), _negated=True), ('cancelled_at', None)), _connector='OR'), name='cancelled_adjustment_says_when'),
        ),
        migrations.AddConstraint(
            model_name='adjustment',
            constraint=models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='adjustment_has_a_title'),
        ),
        migrations.AddConstraint(
            model_name='adjustment',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'approved']), models.Q(('note', ''), _negated=True), _connector='OR'), name='who_stops_an_adjustment_says_why'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('takes_back', ''), _negated=True), fields=['takes_back'], name='entry_by_transfer'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('collector_id__isnull', False)), fields=['collector_id'], name='entry_by_collector'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('adjustment', 'number'), name='entry_number_is_used_once'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('adjustment', 'address', 'takes_back'), name='wallet_is_corrected_once_for_a_thing'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_xp__gt', 0), ('takes_back', '')), models.Q(('amount_xp__lt', 0), models.Q(('takes_back', ''), _negated=True)), _connector='OR'), name='what_is_taken_back_is_named'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('reason'), 2000)), name='collectors_read_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('evidence', ''), _negated=True), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('evidence'), 2000)), name='staff_read_the_evidence'),
        ),
    ]
