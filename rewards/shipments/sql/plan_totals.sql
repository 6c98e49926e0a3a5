SELECT
    (SELECT COUNT(*) FROM shipments_line WHERE shipment_id = %(shipment_id)s) AS line_count,
    COUNT(*) AS award_count,
    COALESCE(SUM(amount_xp), 0)::BIGINT AS total_xp
FROM shipments_award
WHERE shipment_id = %(shipment_id)s
