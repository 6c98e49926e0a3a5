-- What each season was funded with and has left, those that go on first.
SELECT
    season.slug,
    season.title,
    season.starts_at,
    season.ends_at,
    season.budget_xp,
    COALESCE(account.balance_xp, 0) AS left_xp
FROM rules_season AS season
LEFT JOIN ledger_account AS account ON account.kind = 'season' AND season.id = account.holder_id
ORDER BY
    season.ends_at > %(as_of)s DESC,
    season.ends_at DESC,
    season.id ASC
LIMIT 6
