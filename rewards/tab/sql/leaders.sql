-- The largest awards of the latest round that has gone out, of collectors whose page others may see: not of
-- linked wallets, whose award would show that they are one person's.
WITH latest AS (
    SELECT shipment.id
    FROM shipments_shipment AS shipment
    WHERE shipment.state IN ('shipped', 'sealed')
    ORDER BY shipment.window_end DESC, shipment.id DESC
    LIMIT 1
),

largest AS (
    SELECT
        award.shipment_id,
        award.collector_id,
        award.amount_xp
    FROM shipments_award AS award
    INNER JOIN latest ON award.shipment_id = latest.id
    LEFT JOIN identity_pagechoice AS choice ON award.collector_id = choice.collector_id
    WHERE
        COALESCE(
            choice.is_public,
            NOT EXISTS (
                SELECT 1
                FROM registry_link AS link
                WHERE link.wallet_id = award.collector_id OR link.collector_id = award.collector_id
            )
        )
        AND NOT EXISTS (
            SELECT 1
            FROM standings_optout AS opt_out
            WHERE opt_out.collector_id = award.collector_id
        )
        -- An award of before the collector was joined to another.
        AND EXISTS (
            SELECT 1
            FROM registry_wallet AS own
            WHERE own.id = award.collector_id AND own.collector_id = own.id
        )
    ORDER BY award.amount_xp DESC, award.collector_id ASC
    LIMIT %(leader_limit)s
)

SELECT
    wallet.address,
    largest.amount_xp AS award_xp,
    COALESCE(account.balance_xp, 0) AS balance_xp,
    COALESCE(
        (
            SELECT MAX(boost.boost_bp)
            FROM shipments_boost AS boost
            WHERE
                boost.shipment_id = largest.shipment_id
                AND boost.for_shipment_id = boost.shipment_id
                AND boost.collector_id = largest.collector_id
        ),
        10000
    ) AS best_boost_bp
FROM largest
INNER JOIN registry_wallet AS wallet ON largest.collector_id = wallet.id
LEFT JOIN ledger_account AS account
    ON account.kind = 'collector' AND largest.collector_id = account.holder_id
ORDER BY largest.amount_xp DESC, largest.collector_id ASC;
