-- The balances of many holders of one kind; holders without an account are left out.
SELECT
    account.holder_id,
    account.balance_xp
FROM ledger_account AS account
WHERE account.kind = %(kind)s AND account.holder_id = ANY(%(holder_ids)s::bigint[])
