-- A page of an account's transfers, newest first: each side reads its own index no further than the page.
WITH owner AS (
    SELECT account.id
    FROM ledger_account AS account
    WHERE account.kind = %(kind)s AND account.holder_id = %(holder_id)s
),

received AS (
    SELECT
        transfer.*,
        transfer.amount_xp AS change_xp,
        transfer.debit_account_id AS other_id
    FROM ledger_transfer AS transfer
    WHERE transfer.credit_account_id = (SELECT owner.id FROM owner) AND transfer.id < %(before_id)s
    ORDER BY transfer.id DESC
    LIMIT %(limit)s
),

given AS (
    SELECT
        transfer.*,
        -transfer.amount_xp AS change_xp,
        transfer.credit_account_id AS other_id
    FROM ledger_transfer AS transfer
    WHERE transfer.debit_account_id = (SELECT owner.id FROM owner) AND transfer.id < %(before_id)s
    ORDER BY transfer.id DESC
    LIMIT %(limit)s
),

page AS (
    SELECT * FROM received
    UNION ALL
    SELECT * FROM given
    ORDER BY id DESC
    LIMIT %(limit)s
)

SELECT
    page.id,
    page.key,
    page.reason,
    page.change_xp,
    other.kind AS other_kind,
    other.holder_id AS other_holder_id,
    page.shipment_id,
    page.posted_at
FROM page
INNER JOIN ledger_account AS other ON page.other_id = other.id
ORDER BY page.id DESC
