-- What is told of rounds that are shipped: what they were about, and the totals of the approved plan.
SELECT
    'shipment:' || shipment.id AS key,
    JSONB_BUILD_OBJECT(
        'round', shipment.slug,
        'title', shipment.title,
        'season', season.slug,
        'window_start', TO_CHAR(shipment.window_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'window_end', TO_CHAR(shipment.window_end AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'award_count', shipment.award_count,
        'total_xp', shipment.total_xp,
        'digest', shipment.plan_digest
    ) AS data
FROM shipments_shipment AS shipment
INNER JOIN rules_season AS season ON shipment.season_id = season.id
WHERE shipment.id = ANY(%(shipment_ids)s)
