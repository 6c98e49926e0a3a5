-- The holds that boost, with their days and the multiplier that the curve gives for them. The days between
-- two instants are whole days of 24 hours in any time zone.
WITH hold AS (
    SELECT
        collector_id,
        key,
        event_id,
        token,
        wallet_id,
        part,
        started_at,
        EXTRACT(DAY FROM LEAST(ended_at, %(window_end)s) - started_at)::INTEGER AS hold_days
    FROM facts_hold
    WHERE
        started_at < %(window_end)s
        AND (
            ended_at IS NULL
            OR ended_at >= %(window_end)s
            OR (%(mode)s = 'each_token' AND ended_at > %(window_start)s)
        )
        AND (%(any_collection)s OR collection_id = ANY(%(collections)s::INTEGER[]))
),

best AS (
    SELECT DISTINCT ON (collector_id, boosted_token)
        collector_id,
        key AS hold_key,
        event_id,
        CASE WHEN %(mode)s = 'each_token' THEN token END AS boosted_token,
        hold_days,
        WIDTH_BUCKET(hold_days, %(curve_days)s::INTEGER[]) AS step
    FROM hold
    ORDER BY
        collector_id ASC,
        boosted_token ASC,
        hold_days DESC,
        started_at ASC,
        key ASC,
        wallet_id ASC,
        part ASC
),

multiplied AS (
    SELECT
        *,
        CASE
            WHEN
                %(shape)s = 'linear'
                AND step > 0
                AND step < CARDINALITY(%(curve_days)s::INTEGER[])
                THEN (%(curve_bp)s::INTEGER[])[step + 1] + FLOOR(
                    ((%(curve_bp)s::INTEGER[])[step + 2] - (%(curve_bp)s::INTEGER[])[step + 1])
                    * (hold_days - (%(curve_days)s::INTEGER[])[step])::NUMERIC
                    / ((%(curve_days)s::INTEGER[])[step + 1] - (%(curve_days)s::INTEGER[])[step])
                )::INTEGER
            ELSE (%(curve_bp)s::INTEGER[])[step + 1]
        END AS boost_bp
    FROM best
)

SELECT
    collector_id,
    hold_key,
    event_id,
    boosted_token AS token,
    hold_days,
    boost_bp
FROM multiplied
-- A token that gives no boost says so on its own line; a collector's best hold says what is missing.
WHERE
    boosted_token IS NULL
    OR boost_bp <> 10000
