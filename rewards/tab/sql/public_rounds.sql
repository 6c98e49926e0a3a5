-- The rounds that everybody may see, newest first.
SELECT
    shipment.slug,
    shipment.title,
    shipment.message,
    shipment.window_start,
    shipment.window_end,
    shipment.shipped_at,
    shipment.award_count,
    shipment.total_xp
FROM shipments_shipment AS shipment
WHERE shipment.state IN ('shipping', 'halted', 'shipped', 'sealed')
ORDER BY shipment.window_end DESC, shipment.id DESC
LIMIT %(round_limit)s;
