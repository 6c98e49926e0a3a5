-- A plan's sums, and how its awards are spread. Gini's coefficient is taken from the places, the most first.
WITH ranked AS (
    SELECT
        amount_xp,
        ROW_NUMBER() OVER (ORDER BY amount_xp DESC, collector_id ASC) AS place,
        COUNT(*) OVER () AS collectors
    FROM shipments_award
    WHERE shipment_id = %(shipment_id)s
)

SELECT
    (SELECT COUNT(*) FROM shipments_line WHERE shipment_id = %(shipment_id)s) AS lines,
    COUNT(*) AS collectors,
    COALESCE(SUM(amount_xp), 0)::BIGINT AS total_xp,
    COALESCE(PERCENTILE_DISC(0.1) WITHIN GROUP (ORDER BY amount_xp), 0)::BIGINT AS p10_xp,
    COALESCE(PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY amount_xp), 0)::BIGINT AS p50_xp,
    COALESCE(PERCENTILE_DISC(0.9) WITHIN GROUP (ORDER BY amount_xp), 0)::BIGINT AS p90_xp,
    COALESCE(PERCENTILE_DISC(0.99) WITHIN GROUP (ORDER BY amount_xp), 0)::BIGINT AS p99_xp,
    COALESCE(MAX(amount_xp), 0)::BIGINT AS most_xp,
    COALESCE(
        ROUND(10000 * SUM(amount_xp) FILTER (WHERE place * 100 < collectors + 100) / SUM(amount_xp)), 0
    )::INTEGER AS top_bp,
    COALESCE(
        ROUND(10000 * (COUNT(*) + 1 - 2 * SUM(place * amount_xp) / SUM(amount_xp)) / COUNT(*)), 0
    )::INTEGER AS gini_bp
FROM ranked
