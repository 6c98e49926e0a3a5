-- A fixed pot shared by what each line would have earned. Whole shares are rounded down; what is left goes to
-- the largest remainders, one XP each, so that the sum is the pot, exactly.
WITH weighed AS (
    SELECT
        line.*,
        SUM(line.amount_micro) OVER () AS all_micro
    FROM ({lines}) AS line
),

shared AS (
    SELECT
        *,
        CASE WHEN amount_micro > 0 THEN DIV(%(pot)s::NUMERIC * amount_micro, all_micro) ELSE 0 END
            AS share_xp,
        CASE WHEN amount_micro > 0 THEN MOD(%(pot)s::NUMERIC * amount_micro, all_micro) ELSE 0 END
            AS remainder
    FROM weighed
),

ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            ORDER BY
                remainder DESC,
                amount_micro DESC,
                subject ASC,
                collector_id ASC
        ) AS place,
        %(pot)s::NUMERIC - SUM(share_xp) OVER () AS left_xp
    FROM shared
)

SELECT
    collector_id,
    subject,
    event_id,
    token,
    at,
    quantity,
    hold_days,
    base_micro,
    boost_bp,
    uncut_micro,
    (share_xp + CASE WHEN amount_micro > 0 AND place <= left_xp THEN 1 ELSE 0 END) * 1000000 AS amount_micro,
    reason
FROM ranked
