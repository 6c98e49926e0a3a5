-- One rounding a line: XP is the exact base times the boosts, rounded down. Boosts multiply, and their
-- product is a whole number of basis points, rounded down. Micro-XP that are rounded down on the way
-- change nothing: ⌊⌊x⌋ / n⌋ = ⌊x / n⌋. Each OFFSET 0 keeps the planner from writing a column's expression out
-- wherever it is read, which would work it out as often.
WITH everywhere AS (
    SELECT
        collector_id,
        PRODUCT(boost_bp * 0.0001) AS multiplier
    FROM shipments_boost
    WHERE
        shipment_id = %(shipment_id)s
        AND for_shipment_id = %(for_shipment_id)s
        AND rule_version_id = ANY(%(boosts)s::BIGINT[])
        AND token IS NULL
    GROUP BY collector_id
),

by_token AS (
    SELECT
        collector_id,
        token,
        PRODUCT(boost_bp * 0.0001) AS multiplier
    FROM shipments_boost
    WHERE
        shipment_id = %(shipment_id)s
        AND for_shipment_id = %(for_shipment_id)s
        AND rule_version_id = ANY(%(boosts)s::BIGINT[])
        AND token IS NOT NULL
    GROUP BY
        collector_id,
        token
),

line AS (
    SELECT * FROM ({lines}) AS line
    OFFSET 0 -- noqa: AM09
),

boosted AS (
    SELECT
        line.*,
        CASE
            WHEN line.reason IS NOT NULL THEN 10000
            ELSE FLOOR(10000 * COALESCE(everywhere.multiplier, 1) * COALESCE(by_token.multiplier, 1))::INTEGER
        END AS boost_bp
    FROM line
    LEFT JOIN everywhere ON line.collector_id = everywhere.collector_id
    LEFT JOIN by_token ON line.collector_id = by_token.collector_id AND line.token = by_token.token
    OFFSET 0 -- noqa: AM09
),

worth AS (
    SELECT
        collector_id,
        subject,
        event_id,
        token,
        at,
        quantity,
        hold_days,
        CASE WHEN reason IS NULL THEN DIV(numerator * 1000000, denominator) ELSE 0 END AS base_micro,
        boost_bp,
        CASE WHEN reason IS NULL THEN DIV(numerator * boost_bp * 100, denominator) ELSE 0 END AS uncut_micro,
        reason
    FROM boosted
    OFFSET 0 -- noqa: AM09
)

SELECT
    worth.*,
    worth.uncut_micro AS amount_micro
FROM worth
