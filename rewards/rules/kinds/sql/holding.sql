-- A line for each hold that has time in the span. A second counts by the curve's step that the hold has
-- reached: the steps are summed as what each adds to the one before. The days between two instants are
-- whole days of 24 hours in any time zone.
WITH piece AS (
    SELECT
        collector_id,
        key,
        event_id,
        token,
        collection_id,
        edition,
        quantity,
        started_at,
        GREATEST(started_at, %(starts_at)s) AS counts_from,
        LEAST(COALESCE(ended_at, %(ends_at)s), %(ends_at)s) AS counts_until,
        LEAST(COALESCE(ended_at, %(window_end)s), %(window_end)s) AS aged_until
    FROM facts_hold
    WHERE
        started_at < %(ends_at)s
        AND (ended_at IS NULL OR ended_at > %(starts_at)s)
),

counted AS (
    SELECT
        collector_id,
        key,
        event_id,
        token,
        collection_id,
        edition,
        EXTRACT(DAY FROM aged_until - started_at)::INTEGER AS hold_days,
        quantity * EXTRACT(EPOCH FROM counts_until - counts_from) AS unit_seconds,
        quantity * (
            10000 * EXTRACT(EPOCH FROM counts_until - counts_from)
            + CASE
                WHEN CARDINALITY(%(curve_days)s::INTEGER[]) = 0 THEN 0
                ELSE (
                    SELECT
                        SUM(
                            step.rise_bp * GREATEST(
                                EXTRACT(EPOCH FROM counts_until - GREATEST(
                                    counts_from,
                                    started_at + step.days * INTERVAL '24 hours'
                                )),
                                0
                            )
                        )
                    FROM UNNEST(
                        %(curve_days)s::INTEGER[],
                        %(curve_rises_bp)s::INTEGER[]
                    ) AS step (days, rise_bp)
                )
            END
        ) AS weighed_bp_seconds
    FROM piece
),

subject AS (
    SELECT
        collector_id,
        key,
        event_id,
        token,
        collection_id,
        hold_days,
        unit_seconds,
        weighed_bp_seconds
    FROM counted
    WHERE NOT edition
    UNION ALL
    SELECT
        collector_id,
        key,
        (ARRAY_AGG(event_id ORDER BY event_id))[1],
        token,
        MIN(collection_id),
        MAX(hold_days),
        SUM(unit_seconds),
        SUM(weighed_bp_seconds)
    FROM counted
    WHERE edition
    GROUP BY
        collector_id,
        key,
        token
)

SELECT
    collector_id,
    key AS subject,
    event_id,
    token,
    FLOOR(unit_seconds) AS quantity,
    hold_days,
    weighed_bp_seconds * %(micro_xp_per_token_day)s AS numerator,
    864000000000000::NUMERIC AS denominator,
    CASE
        WHEN NOT (%(any_collection)s OR collection_id = ANY(%(collections)s::INTEGER[]))
            THEN 'other_collection'
        WHEN hold_days < %(minimum_days)s
            THEN 'under_minimum_days'
    END AS reason
FROM subject
