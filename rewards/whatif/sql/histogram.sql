-- How many awards of two plans lie in each bucket; buckets begin at 1, 3, 10, 30, 100 …
SELECT
    2 * (LENGTH(amount_xp::TEXT) - 1)
    + CASE WHEN amount_xp >= 3 * POWER(10::NUMERIC, LENGTH(amount_xp::TEXT) - 1) THEN 1 ELSE 0 END AS bucket,
    COUNT(*) FILTER (WHERE shipment_id = %(before)s) AS collectors_before,
    COUNT(*) FILTER (WHERE shipment_id = %(after)s) AS collectors_after
FROM shipments_award
WHERE shipment_id IN (%(before)s, %(after)s)
GROUP BY bucket
