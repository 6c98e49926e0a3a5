-- What a collector reported, the latest first, with the answer and what became of its correction.
SELECT
    ROW_NUMBER() OVER (ORDER BY reported.id DESC) AS number,
    COUNT(*) OVER () AS total,
    JSON_BUILD_ARRAY(reported.id) AS place,
    JSON_BUILD_OBJECT(
        'id', reported.id,
        'round', shipment.slug,
        'line', CONCAT_WS(
            '/',
            shipment.slug,
            reported.rule_version_id,
            reported.subject,
            reported.for_shipment_id
        ),
        'text', reported.text,
        'opened_at', API_INSTANT(reported.opened_at),
        'state', reported.state,
        'answer', NULLIF(reported.answer, ''),
        'answered_at', API_INSTANT(reported.answered_at),
        'correction', CASE
            WHEN adjustment.id IS NOT NULL
                THEN JSON_BUILD_OBJECT(
                    'amount_xp', adjustment.granted_xp,
                    'state', CASE adjustment.state
                        WHEN 'approved' THEN 'made'
                        WHEN 'cancelled' THEN 'not approved'
                        ELSE 'waiting'
                    END,
                    'made_at', API_INSTANT(adjustment.approved_at)
                )
        END
    ) AS item
FROM (
    SELECT appeal.*
    FROM signed_in
    INNER JOIN registry_wallet AS own ON signed_in.collector_id = own.collector_id
    INNER JOIN appeals_appeal AS appeal ON own.id = appeal.line_collector_id
    WHERE appeal.id < %(before_id)s::BIGINT
    ORDER BY appeal.id DESC
    LIMIT %(limit)s::BIGINT + 1
) AS reported
INNER JOIN shipments_shipment AS shipment ON reported.shipment_id = shipment.id
LEFT JOIN adjustments_adjustment AS adjustment ON reported.adjustment_id = adjustment.id
