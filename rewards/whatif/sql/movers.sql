-- The collectors who gain the most between two plans, or lose it.
SELECT
    wallet.address,
    difference.before_xp,
    difference.after_xp
FROM ({difference}) AS difference
INNER JOIN registry_wallet AS wallet ON difference.collector_id = wallet.id
WHERE %(sign)s * (difference.after_xp - difference.before_xp) > 0
ORDER BY
    ABS(difference.after_xp - difference.before_xp) DESC,
    wallet.address ASC
LIMIT %(most)s
