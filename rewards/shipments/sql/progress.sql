SELECT
    COUNT(*) AS batches,
    COUNT(*) FILTER (WHERE state = 'done') AS done,
    COUNT(*) FILTER (WHERE state = 'failed') AS failed,
    COALESCE(SUM(award_count), 0)::BIGINT AS awards,
    COALESCE(SUM(award_count) FILTER (WHERE state = 'done'), 0)::BIGINT AS awards_done,
    COALESCE(SUM(amount_xp) FILTER (WHERE state = 'done'), 0)::BIGINT AS xp_done,
    COALESCE(SUM(attempts), 0)::BIGINT AS attempts
FROM shipments_batch
WHERE shipment_id = %(shipment_id)s
