-- What rounds brought a collector, the latest round first. Several awards of one round, of wallets that were
-- joined since, are one.
SELECT
    ROW_NUMBER() OVER (ORDER BY shipment.id DESC) AS number,
    COUNT(*) OVER () AS total,
    JSON_BUILD_ARRAY(shipment.id) AS place,
    JSON_BUILD_OBJECT(
        'round', shipment.slug,
        'title', shipment.title,
        'message', shipment.message,
        'state', shipment.state,
        'window_start', API_INSTANT(shipment.window_start),
        'window_end', API_INSTANT(shipment.window_end),
        'amount_xp', award.amount_xp,
        'posted_at', CASE WHEN award.is_posted THEN API_INSTANT(award.posted_at) END
    ) AS item
FROM (
    SELECT
        given.shipment_id,
        SUM(given.amount_xp)::BIGINT AS amount_xp,
        BOOL_AND(transfer.id IS NOT NULL) AS is_posted,
        MAX(transfer.posted_at) AS posted_at
    FROM signed_in
    INNER JOIN registry_wallet AS own ON signed_in.collector_id = own.collector_id
    CROSS JOIN shipments_shipment AS round
    INNER JOIN shipments_award AS given ON round.id = given.shipment_id AND own.id = given.collector_id
    LEFT JOIN ledger_transfer AS transfer
        ON transfer.key = 'award:' || given.shipment_id || ':' || given.collector_id
    WHERE
        round.state IN ('shipping', 'halted', 'shipped', 'sealed')
        AND round.id < %(before_id)s::BIGINT
    GROUP BY given.shipment_id
    ORDER BY given.shipment_id DESC
    LIMIT %(limit)s::BIGINT + 1
) AS award
INNER JOIN shipments_shipment AS shipment ON award.shipment_id = shipment.id
