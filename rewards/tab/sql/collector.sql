-- The collector behind a wallet: the balance, and when the next round is due.
SELECT
    wallet.address,
    wallet.collector_id,
    COALESCE(account.balance_xp, 0) AS balance_xp,
    (
        SELECT MIN(COALESCE(shipment.ships_at, shipment.window_end))
        FROM shipments_shipment AS shipment
        WHERE shipment.state IN ('draft', 'planned', 'approved')
    ) AS next_round_at
FROM registry_wallet AS wallet
LEFT JOIN ledger_account AS account
    ON account.kind = 'collector' AND wallet.collector_id = account.holder_id
WHERE wallet.address = %(address)s;
