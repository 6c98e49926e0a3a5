-- Opens the accounts that the entries name and that do not exist yet. All posts open accounts in one
-- order, so that two of them never wait for each other. Where another post opens one at the same
-- moment, this waits for it and leaves the account as it is.
WITH entry AS MATERIALIZED (
    {entries}
),

named AS (
    SELECT
        entry.debit_kind AS kind,
        entry.debit_holder AS holder_id
    FROM entry
    UNION
    SELECT
        entry.credit_kind,
        entry.credit_holder
    FROM entry
)

INSERT INTO ledger_account (kind, holder_id, opened_at)
SELECT
    named.kind,
    named.holder_id,
    %(posted_at)s
FROM named
WHERE
    (
        SELECT account.id
        FROM ledger_account AS account
        WHERE account.kind = named.kind AND account.holder_id = named.holder_id
    ) IS NULL
ORDER BY named.kind, named.holder_id
ON CONFLICT (kind, holder_id) DO NOTHING
