-- What a plan pays late, by the rounds whose time it pays for.
SELECT
    late_for.slug AS late_for,
    COUNT(*) AS lines,
    COUNT(DISTINCT line.collector_id) AS collectors,
    SUM(line.amount_xp)::BIGINT AS amount_xp
FROM shipments_line AS line
INNER JOIN shipments_shipment AS late_for ON line.for_shipment_id = late_for.id
WHERE
    line.shipment_id = %(shipment_id)s
    AND line.for_shipment_id <> line.shipment_id
GROUP BY
    late_for.slug,
    late_for.window_start
ORDER BY late_for.window_start
