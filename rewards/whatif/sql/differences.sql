-- Every collector whose XP differs between two plans, the largest change first.
SELECT
    wallet.address,
    difference.before_xp,
    difference.after_xp,
    difference.after_xp - difference.before_xp AS change_xp,
    CASE
        WHEN difference.before_xp = 0 THEN 'comes in'
        WHEN difference.after_xp = 0 THEN 'drops out'
        WHEN difference.after_xp > difference.before_xp THEN 'gains'
        ELSE 'loses'
    END AS outcome
FROM ({difference}) AS difference
INNER JOIN registry_wallet AS wallet ON difference.collector_id = wallet.id
WHERE difference.after_xp <> difference.before_xp
ORDER BY
    ABS(difference.after_xp - difference.before_xp) DESC,
    wallet.address ASC
