-- The appeals about a collector's lines, the latest first, each with what became of its correction. A wallet
-- that was joined brings its own along, and takes them with it when it leaves.
SELECT
    appeal.id,
    appeal.shipment_id,
    shipment.slug AS round,
    shipment.title AS round_title,
    appeal.line_collector_id,
    appeal.rule_version_id,
    appeal.subject,
    appeal.for_shipment_id,
    appeal.text,
    appeal.opened_at,
    appeal.state,
    appeal.answer,
    appeal.answered_at,
    adjustment.granted_xp AS correction_xp,
    adjustment.state AS correction_state,
    adjustment.approved_at AS correction_made_at
FROM registry_wallet AS own
INNER JOIN appeals_appeal AS appeal ON own.id = appeal.line_collector_id
INNER JOIN shipments_shipment AS shipment ON appeal.shipment_id = shipment.id
LEFT JOIN adjustments_adjustment AS adjustment ON appeal.adjustment_id = adjustment.id
WHERE own.collector_id = %(collector_id)s
ORDER BY appeal.id DESC
LIMIT %(appeal_limit)s
