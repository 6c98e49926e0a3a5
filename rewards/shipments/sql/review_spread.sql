-- How a plan's awards are spread: percentiles by the nearest rank, and what the top hundredth of the
-- collectors gets.
WITH award AS (
    {amounts}
),

numbered AS (
    SELECT
        award.amount_xp,
        ROW_NUMBER() OVER (ORDER BY award.amount_xp) AS place,
        COUNT(*) OVER () AS award_count,
        (COUNT(*) OVER () + 99) / 100 AS top_count
    FROM award
),

total AS (
    SELECT
        COUNT(*) AS award_count,
        (COUNT(*) + 99) / 100 AS top_count,
        COALESCE(SUM(amount_xp), 0)::BIGINT AS total_xp,
        COALESCE(SUM(amount_xp) FILTER (WHERE place > award_count - top_count), 0)::BIGINT AS top_xp
    FROM numbered
)

SELECT
    total.award_count,
    total.top_count,
    total.total_xp,
    total.top_xp,
    ARRAY(
        SELECT numbered.amount_xp
        FROM UNNEST(%(percents)s::INTEGER[]) AS wanted (percent)
        INNER JOIN numbered ON (wanted.percent * total.award_count + 99) / 100 = numbered.place
        ORDER BY wanted.percent
    ) AS percentiles
FROM total
