-- What a collector earns with one rule on one UTC day, the earliest first, until the cap is reached.
SELECT
    line.collector_id,
    line.subject,
    line.event_id,
    line.token,
    line.at,
    line.quantity,
    line.hold_days,
    line.base_micro,
    line.boost_bp,
    line.uncut_micro,
    LEAST(
        line.amount_micro,
        GREATEST(
            %(cap_xp_per_day)s::NUMERIC * 1000000
            + line.amount_micro
            - SUM(line.amount_micro) OVER earlier_first,
            0
        )
    ) AS amount_micro,
    line.reason
FROM ({lines}) AS line
WINDOW
    earlier_first AS (
        PARTITION BY line.collector_id, (line.at AT TIME ZONE 'UTC')::DATE
        ORDER BY line.at, line.subject, line.collector_id
    )
