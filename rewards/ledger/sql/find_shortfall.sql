-- The accounts that the entries not yet posted would take below zero, the largest gap first.
WITH entry AS MATERIALIZED (
    {entries}
),

fresh AS (
    SELECT entry.*
    FROM entry
    WHERE NOT EXISTS (SELECT FROM ledger_transfer AS transfer WHERE transfer.key = entry.key)
),

leg AS (
    SELECT
        fresh.debit_kind AS kind,
        fresh.debit_holder AS holder_id,
        -fresh.amount_xp AS change_xp
    FROM fresh
    UNION ALL
    SELECT
        fresh.credit_kind,
        fresh.credit_holder,
        fresh.amount_xp
    FROM fresh
),

net AS (
    SELECT
        leg.kind,
        leg.holder_id,
        sum(leg.change_xp)::bigint AS change_xp
    FROM leg
    GROUP BY leg.kind, leg.holder_id
)

SELECT
    net.kind,
    net.holder_id,
    coalesce(account.balance_xp, 0) AS balance_xp,
    -net.change_xp AS asked_xp
FROM net
LEFT JOIN ledger_account AS account ON net.kind = account.kind AND net.holder_id = account.holder_id
WHERE net.kind <> 'issuance' AND coalesce(account.balance_xp, 0) + net.change_xp < 0
ORDER BY coalesce(account.balance_xp, 0) + net.change_xp, net.kind, net.holder_id
LIMIT 1
