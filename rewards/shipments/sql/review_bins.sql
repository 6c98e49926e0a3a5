-- How many awards lie between two bounds, and their sum, by the number of the lower bound.
WITH award AS (
    {amounts}
)

SELECT
    WIDTH_BUCKET(award.amount_xp, %(bounds)s::BIGINT[]) AS number,
    COUNT(*) AS award_count,
    SUM(award.amount_xp)::BIGINT AS amount_xp
FROM award
GROUP BY 1
ORDER BY 1
