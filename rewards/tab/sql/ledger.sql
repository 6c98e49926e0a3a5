-- A page of what changed a collector's balance, newest first, over all own wallets. What went from one of
-- them to another changed nothing. Each account reads its own index no further than the page.
WITH own AS (
    SELECT account.id
    FROM registry_wallet AS wallet
    INNER JOIN ledger_account AS account ON account.kind = 'collector' AND wallet.id = account.holder_id
    WHERE wallet.collector_id = %(collector_id)s
),

changed AS (
    SELECT received.*
    FROM own
    CROSS JOIN
        LATERAL (
            SELECT
                transfer.id,
                transfer.posted_at,
                transfer.reason,
                transfer.shipment_id,
                transfer.amount_xp AS change_xp
            FROM ledger_transfer AS transfer
            WHERE
                transfer.credit_account_id = own.id
                AND transfer.debit_account_id NOT IN (SELECT other.id FROM own AS other)
                AND transfer.id < %(before_id)s
                AND (%(reason)s::text IS NULL OR transfer.reason = %(reason)s)
                AND (%(shipment_id)s::bigint IS NULL OR transfer.shipment_id = %(shipment_id)s)
                AND (%(start)s::timestamptz IS NULL OR transfer.posted_at >= %(start)s)
                AND (%(until)s::timestamptz IS NULL OR transfer.posted_at < %(until)s)
            ORDER BY transfer.id DESC
            LIMIT %(entry_limit)s
        ) AS received
    UNION ALL
    SELECT given.*
    FROM own
    CROSS JOIN LATERAL (
        SELECT
            transfer.id,
            transfer.posted_at,
            transfer.reason,
            transfer.shipment_id,
            -transfer.amount_xp AS change_xp
        FROM ledger_transfer AS transfer
        WHERE
            transfer.debit_account_id = own.id
            AND transfer.credit_account_id NOT IN (SELECT other.id FROM own AS other)
            AND transfer.id < %(before_id)s
            AND (%(reason)s::text IS NULL OR transfer.reason = %(reason)s)
            AND (%(shipment_id)s::bigint IS NULL OR transfer.shipment_id = %(shipment_id)s)
            AND (%(start)s::timestamptz IS NULL OR transfer.posted_at >= %(start)s)
            AND (%(until)s::timestamptz IS NULL OR transfer.posted_at < %(until)s)
        ORDER BY transfer.id DESC
        LIMIT %(entry_limit)s
    ) AS given
)

SELECT
    changed.id,
    changed.posted_at,
    changed.reason,
    changed.change_xp,
    shipment.slug AS round_slug,
    shipment.title AS round_title
FROM changed
LEFT JOIN shipments_shipment AS shipment ON changed.shipment_id = shipment.id
ORDER BY changed.id DESC
LIMIT %(entry_limit)s
