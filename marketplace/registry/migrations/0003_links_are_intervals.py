"""Links get an end. Those that a later link of the same wallet took over end with it."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"

END_EARLIER_LINKS = """
UPDATE registry_link AS link
SET ended_at = later.linked_at, end_settled_at = later.linked_at
FROM (
    SELECT id, LEAD(linked_at) OVER (PARTITION BY wallet_id ORDER BY id) AS linked_at FROM registry_link
) AS later
WHERE link.id = later.id AND later.linked_at IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0002_limits'),
    ]

    operations = [
        migrations.AddField(
            model_name='link',
            name='end_settled_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='link',
            name='ended_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(END_EARLIER_LINKS, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='link',
            index=models.Index(fields=['wallet_id'], name='link_by_wallet'),
        ),
        migrations.AddIndex(
            model_name='link',
            index=models.Index(fields=['collector_id'], name='link_by_collector'),
        ),
        migrations.AddIndex(
            model_name='link',
            index=models.Index(condition=models.Q(('settled_at', None), models.Q(('end_settled_at', None), ('ended_at__isnull', False)), _connector='OR'), fields=['id'], name='link_to_settle'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('linked_at')), _connector='OR'), name='link_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.CheckConstraint(condition=models.Q(('end_settled_at', None), ('ended_at__isnull', False), _connector='OR'), name='only_an_ended_link_is_settled_as_ended'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('wallet_id',), name='wallet_has_one_link_at_a_time'),
        ),
        migrations.RunSQL(
            (SQL / "0003_links_stay.sql").read_text(encoding="utf-8"),
            (SQL / "0003_links_stay_reverse.sql").read_text(encoding="utf-8"),
        ),
    ]
