-- The largest awards of a plan, with what the same collectors got in another round.
SELECT
    wallet.address,
    largest.amount_xp,
    earlier.amount_xp AS earlier_xp
FROM (
    SELECT
        award.collector_id,
        award.amount_xp
    FROM shipments_award AS award
    WHERE award.shipment_id = %(shipment_id)s
    ORDER BY
        award.amount_xp DESC,
        award.collector_id ASC
    LIMIT %(award_limit)s
) AS largest
INNER JOIN registry_wallet AS wallet ON largest.collector_id = wallet.id
LEFT JOIN shipments_award AS earlier
    ON
        largest.collector_id = earlier.collector_id
        AND earlier.shipment_id = %(earlier_id)s
ORDER BY
    largest.amount_xp DESC,
    largest.collector_id ASC
