-- A line for each hold that has time in the span. A second counts by the curve's step that the hold has
-- reached: the steps are summed as what each adds to the one before. Pauses are left out: a hold counts
-- in each of the spans in which the rule was live. The days between two instants are whole days of 24
-- hours in any time zone.
WITH live AS (
    SELECT
        live_from,
        live_until
    FROM UNNEST(
        %(live_from)s::TIMESTAMPTZ[],
        %(live_until)s::TIMESTAMPTZ[]
    ) AS live (live_from, live_until)
),

piece AS (
    SELECT
        hold.collector_id,
        hold.key,
        hold.event_id,
        hold.token,
        hold.collection_id,
        hold.edition,
        EXTRACT(DAY FROM LEAST(hold.ended_at, %(window_end)s) - hold.started_at)::INTEGER AS hold_days,
        hold.quantity,
        hold.started_at,
        CASE WHEN live.live_from IS NOT NULL THEN GREATEST(hold.started_at, live.live_from) END
            AS counts_from,
        LEAST(hold.ended_at, live.live_until) AS counts_until
    FROM facts_hold AS hold
    LEFT JOIN live
        ON
            hold.started_at < live.live_until
            AND (hold.ended_at IS NULL OR hold.ended_at > live.live_from)
    WHERE
        hold.started_at < %(ends_at)s
        AND (hold.ended_at IS NULL OR hold.ended_at > %(starts_at)s)
),

counted AS (
    SELECT
        collector_id,
        key,
        event_id,
        token,
        collection_id,
        edition,
        hold_days,
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
    WHERE NOT edition AND %(one_live_span)s
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
    WHERE edition OR NOT %(one_live_span)s
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
    %(ends_at)s::TIMESTAMPTZ AS at,
    FLOOR(COALESCE(unit_seconds, 0)) AS quantity,
    hold_days,
    COALESCE(weighed_bp_seconds, 0) * %(micro_xp_per_token_day)s AS numerator,
    864000000000000::NUMERIC AS denominator,
    CASE
        WHEN NOT (%(any_collection)s OR collection_id = ANY(%(collections)s::INTEGER[]))
            THEN 'other_collection'
        WHEN hold_days < %(minimum_days)s
            THEN 'under_minimum_days'
        WHEN unit_seconds IS NULL
            THEN 'paused'
    END AS reason
FROM subject
