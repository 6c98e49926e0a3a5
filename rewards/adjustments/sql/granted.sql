-- What an adjustment gives, by wallet, to look at how it is spread.
SELECT SUM(entry.amount_xp)::BIGINT AS amount_xp
FROM adjustments_entry AS entry
WHERE entry.adjustment_id = %(adjustment_id)s AND entry.amount_xp > 0
GROUP BY entry.address
