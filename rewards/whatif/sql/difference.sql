-- Each collector with XP in one of two plans, and how much in each.
SELECT
    collector_id,
    COALESCE(SUM(amount_xp) FILTER (WHERE shipment_id = %(before)s), 0)::BIGINT AS before_xp,
    COALESCE(SUM(amount_xp) FILTER (WHERE shipment_id = %(after)s), 0)::BIGINT AS after_xp
FROM shipments_award
WHERE shipment_id IN (%(before)s, %(after)s)
GROUP BY collector_id
