-- Every season with what its budget has left, the latest first.
SELECT
    season.slug AS season,
    season.title,
    season.starts_at,
    season.ends_at,
    season.budget_xp,
    COALESCE(account.balance_xp, season.budget_xp) AS left_xp
FROM rules_season AS season
LEFT JOIN ledger_account AS account ON account.kind = 'season' AND season.id = account.holder_id
ORDER BY season.starts_at DESC, season.id DESC
