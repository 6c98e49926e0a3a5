-- The transfers of a collector, newest first: each side of an account reads its index no further than a page.
-- XP that moved between two of the own wallets' accounts changed nothing and is left out.
SELECT
    ROW_NUMBER() OVER (ORDER BY moved.id DESC) AS number,
    COUNT(*) OVER () AS total,
    JSON_BUILD_ARRAY(moved.id) AS place,
    JSON_BUILD_OBJECT(
        'id', moved.id,
        'at', API_INSTANT(moved.posted_at),
        'reason', moved.reason,
        'change_xp', moved.change_xp,
        'round', shipment.slug,
        'title', shipment.title
    ) AS item
FROM (
    SELECT side.*
    FROM signed_in
    INNER JOIN registry_wallet AS own ON signed_in.collector_id = own.collector_id
    INNER JOIN ledger_account AS account ON account.kind = 'collector' AND own.id = account.holder_id
    CROSS JOIN
        LATERAL (
            (
                SELECT
                    received.id,
                    received.posted_at,
                    received.reason,
                    received.shipment_id,
                    received.amount_xp AS change_xp
                FROM ledger_transfer AS received
                INNER JOIN ledger_account AS giver ON received.debit_account_id = giver.id
                WHERE
                    received.credit_account_id = account.id
                    AND received.id < %(before_id)s::BIGINT
                    AND NOT (giver.kind = 'collector' AND EXISTS (
                        SELECT 1
                        FROM registry_wallet AS other
                        WHERE other.id = giver.holder_id AND other.collector_id = own.collector_id
                    ))
                ORDER BY received.id DESC
                LIMIT %(limit)s::BIGINT + 1
            )
            UNION ALL
            (
                SELECT
                    given.id,
                    given.posted_at,
                    given.reason,
                    given.shipment_id,
                    -given.amount_xp AS change_xp
                FROM ledger_transfer AS given
                INNER JOIN ledger_account AS taker ON given.credit_account_id = taker.id
                WHERE
                    given.debit_account_id = account.id
                    AND given.id < %(before_id)s::BIGINT
                    AND NOT (taker.kind = 'collector' AND EXISTS (
                        SELECT 1
                        FROM registry_wallet AS other
                        WHERE other.id = taker.holder_id AND other.collector_id = own.collector_id
                    ))
                ORDER BY given.id DESC
                LIMIT %(limit)s::BIGINT + 1
            )
        ) AS side
    ORDER BY side.id DESC
    LIMIT %(limit)s::BIGINT + 1
) AS moved
LEFT JOIN shipments_shipment AS shipment ON moved.shipment_id = shipment.id
