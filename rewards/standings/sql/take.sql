-- A new snapshot: all balances above zero, a collector's wallets together, largest first. One statement, so
-- that balances and the number of the last transfer are of one moment.
WITH counted AS (
    SELECT
        wallet.collector_id,
        SUM(account.balance_xp)::bigint AS balance_xp
    FROM ledger_account AS account
    INNER JOIN registry_wallet AS wallet ON account.holder_id = wallet.id
    WHERE account.kind = 'collector' AND account.balance_xp > 0
    GROUP BY wallet.collector_id
),

moved AS (
    SELECT COALESCE(MAX(transfer.id), 0) AS last_transfer_id
    FROM ledger_transfer AS transfer
),

before AS (
    SELECT snapshot.last_transfer_id
    FROM standings_snapshot AS snapshot
    ORDER BY snapshot.id DESC
    LIMIT 1
),

taken AS (
    INSERT INTO standings_snapshot (taken_at, last_transfer_id, is_settled, collector_count)
    SELECT
        %(as_of)s,
        moved.last_transfer_id,
        COALESCE(moved.last_transfer_id = (SELECT before.last_transfer_id FROM before), FALSE),
        (SELECT COUNT(*) FROM counted)
    FROM moved
    RETURNING id
)

INSERT INTO standings_standing (snapshot_id, position, place, collector_id, balance_xp)
SELECT
    taken.id,
    ROW_NUMBER() OVER (ORDER BY counted.balance_xp DESC, counted.collector_id ASC),
    RANK() OVER (ORDER BY counted.balance_xp DESC),
    counted.collector_id,
    counted.balance_xp
FROM counted
CROSS JOIN taken
