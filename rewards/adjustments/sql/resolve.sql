-- Which transfer of the ledger each row of a sheet takes back, by a round's name or an earlier correction's
-- number, with what is left of it. An award went to the wallet itself, or to the one that stood for it; of
-- two, the wallet's own is meant.
WITH named AS (
    SELECT
        row.place,
        row.address,
        row.takes_back,
        wallet.id AS wallet_id,
        wallet.collector_id
    FROM
        UNNEST(%(places)s::INTEGER[], %(addresses)s::TEXT[], %(named)s::TEXT[])
            AS row (place, address, takes_back)
    LEFT JOIN registry_wallet AS wallet ON row.address = wallet.address
),

candidate AS (
    SELECT
        named.place,
        'award:' || award.shipment_id || ':' || award.collector_id AS key,
        award.collector_id <> named.wallet_id AS of_another,
        0::BIGINT AS turn
    FROM named
    INNER JOIN shipments_shipment AS shipment ON named.takes_back = shipment.slug
    INNER JOIN shipments_award AS award
        ON
            shipment.id = award.shipment_id
            AND award.collector_id IN (named.wallet_id, named.collector_id)
    UNION ALL
    SELECT
        named.place,
        'adjustment:' || entry.adjustment_id || ':' || entry.number,
        entry.address <> named.address,
        entry.number::BIGINT
    FROM named
    INNER JOIN adjustments_entry AS entry
        ON
            named.takes_back = 'adjustment:' || entry.adjustment_id
            AND entry.amount_xp > 0
            AND entry.collector_id IN (named.wallet_id, named.collector_id)
)

SELECT DISTINCT ON (named.place)
    named.place,
    named.wallet_id IS NOT NULL AS is_known,
    transfer.key,
    CASE debit.kind WHEN 'season' THEN debit.holder_id ELSE shipment.season_id END AS season_id,
    transfer.amount_xp,
    COALESCE((
        SELECT -SUM(earlier.amount_xp)
        FROM adjustments_entry AS earlier
        INNER JOIN adjustments_adjustment AS made ON earlier.adjustment_id = made.id
        WHERE earlier.takes_back = transfer.key AND made.state = 'approved'
    ), 0)::BIGINT AS taken_xp
FROM named
LEFT JOIN candidate ON named.place = candidate.place
LEFT JOIN ledger_transfer AS transfer ON candidate.key = transfer.key
LEFT JOIN ledger_account AS debit ON transfer.debit_account_id = debit.id
LEFT JOIN shipments_shipment AS shipment ON transfer.shipment_id = shipment.id
ORDER BY
    named.place,
    transfer.key IS NULL,
    candidate.of_another,
    candidate.turn
