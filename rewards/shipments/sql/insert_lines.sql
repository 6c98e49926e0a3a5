-- One rounding a line: XP is the exact base times the boosts, rounded down. Boosts multiply, and their
-- product is a whole number of basis points, rounded down.
-- A plan clears its rows first, so a row that is there already is an error.
INSERT INTO shipments_line (
    shipment_id,
    collector_id,
    rule_version_id,
    subject,
    event_id,
    token,
    quantity,
    hold_days,
    base_micro_xp,
    boost_bp,
    amount_xp,
    reason
)
WITH everywhere AS (
    SELECT
        collector_id,
        PRODUCT(boost_bp * 0.0001) AS multiplier
    FROM shipments_boost
    WHERE
        shipment_id = %(shipment_id)s
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
        AND rule_version_id = ANY(%(boosts)s::BIGINT[])
        AND token IS NOT NULL
    GROUP BY
        collector_id,
        token
),

boosted AS (
    SELECT
        line.*,
        CASE
            WHEN line.reason IS NOT NULL THEN 10000
            ELSE FLOOR(10000 * COALESCE(everywhere.multiplier, 1) * COALESCE(by_token.multiplier, 1))::INTEGER
        END AS boost_bp
    FROM ({lines}) AS line
    LEFT JOIN everywhere ON line.collector_id = everywhere.collector_id
    LEFT JOIN by_token ON line.collector_id = by_token.collector_id AND line.token = by_token.token
),

rounded AS (
    SELECT
        *,
        CASE
            WHEN reason IS NULL THEN DIV(numerator * boost_bp, denominator * 10000)::BIGINT
            ELSE 0
        END AS amount_xp
    FROM boosted
)

SELECT
    %(shipment_id)s,
    collector_id,
    %(rule_version_id)s,
    subject,
    event_id,
    token,
    quantity,
    hold_days,
    CASE WHEN reason IS NULL THEN DIV(numerator * 1000000, denominator)::BIGINT ELSE 0 END AS base_micro_xp,
    boost_bp,
    amount_xp,
    CASE
        WHEN reason IS NOT NULL THEN reason
        WHEN amount_xp = 0 THEN 'rounds_to_zero'
        ELSE 'earned'
    END AS reason
FROM rounded
ORDER BY collector_id
