-- The sum of all balances, where it is not zero: XP only ever moves.
SELECT sum(account.balance_xp) AS sum_xp
FROM ledger_account AS account
HAVING sum(account.balance_xp) <> 0
