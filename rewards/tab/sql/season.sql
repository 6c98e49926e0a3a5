-- The season that goes on, or the one that comes or came nearest, with what its budget has left.
SELECT
    season.title,
    season.starts_at,
    season.ends_at,
    season.budget_xp,
    COALESCE(account.balance_xp, season.budget_xp) AS left_xp,
    (
        SELECT MIN(COALESCE(shipment.ships_at, shipment.window_end))
        FROM shipments_shipment AS shipment
        WHERE shipment.state IN ('draft', 'planned', 'approved')
    ) AS next_round_at
FROM rules_season AS season
LEFT JOIN ledger_account AS account ON account.kind = 'season' AND season.id = account.holder_id
ORDER BY
    (season.starts_at <= %(as_of)s AND season.ends_at > %(as_of)s) DESC,
    season.ends_at DESC
LIMIT 1;
