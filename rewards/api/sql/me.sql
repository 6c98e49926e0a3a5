-- Who has signed in, with what they have; no row where nobody has. XP that a round paid to a joined wallet's
-- account counts before the sweeper has forwarded it.
WITH signed_in AS ({signed_in}),

own AS (
    SELECT
        wallet.id,
        account.balance_xp
    FROM signed_in
    INNER JOIN registry_wallet AS wallet ON signed_in.collector_id = wallet.collector_id
    LEFT JOIN ledger_account AS account ON account.kind = 'collector' AND wallet.id = account.holder_id
)

SELECT
    JSON_BUILD_OBJECT(
        'address', stands.address,
        'signed_in_as', signed_in.address,
        'balance_xp', (SELECT COALESCE(SUM(own.balance_xp), 0)::BIGINT FROM own),
        'wallet_count', (SELECT COUNT(*) FROM own),
        'place', (
            SELECT standing.place
            FROM standings_standing AS standing
            WHERE
                standing.snapshot_id = (SELECT MAX(snapshot.id) FROM standings_snapshot AS snapshot)
                AND standing.collector_id = signed_in.collector_id
        ),
        'next_round_at', (
            SELECT API_INSTANT(MIN(COALESCE(shipment.ships_at, shipment.window_end)))
            FROM shipments_shipment AS shipment
            WHERE shipment.state IN ('draft', 'planned', 'approved')
        )
    )::TEXT AS body
FROM signed_in
INNER JOIN registry_wallet AS stands ON signed_in.collector_id = stands.id
