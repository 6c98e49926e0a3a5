-- The rounds that everybody may see, or the one that is named, the latest first, and one more than the page.
SELECT
    shipment.id,
    shipment.slug AS round,
    season.slug AS season,
    shipment.title,
    shipment.message,
    shipment.state,
    shipment.window_start,
    shipment.window_end,
    shipment.shipping_at,
    shipment.shipped_at,
    shipment.award_count,
    shipment.total_xp
FROM shipments_shipment AS shipment
INNER JOIN rules_season AS season ON shipment.season_id = season.id
WHERE
    shipment.state IN ('shipping', 'halted', 'shipped', 'sealed')
    AND (%(round)s::TEXT IS NULL OR shipment.slug = %(round)s::TEXT)
    AND shipment.id < %(before_id)s::BIGINT
ORDER BY shipment.id DESC
LIMIT %(limit)s::BIGINT + 1
