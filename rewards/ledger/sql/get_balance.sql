-- One balance, found by its holder; no row where the holder has no account yet.
SELECT account.balance_xp
FROM ledger_account AS account
WHERE account.kind = %(kind)s AND account.holder_id = %(holder_id)s
