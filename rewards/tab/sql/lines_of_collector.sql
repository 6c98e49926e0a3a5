-- A collector's lines of some rounds. A page of many rounds takes the first of each group; a round's own page
-- takes a stretch of the round.
WITH numbered AS (
    SELECT
        line.*,
        ROW_NUMBER() OVER in_round AS place_in_round,
        ROW_NUMBER() OVER in_group AS place_in_group,
        COUNT(*) OVER alike AS line_count,
        SUM(line.amount_xp) OVER alike AS total_xp,
        COUNT(*) OVER (PARTITION BY line.shipment_id) AS round_line_count
    FROM registry_wallet AS own
    INNER JOIN shipments_line AS line ON own.id = line.collector_id
    WHERE own.collector_id = %(collector_id)s AND line.shipment_id = ANY(%(shipment_ids)s)
    WINDOW
        alike AS (PARTITION BY line.shipment_id, line.reason, line.rule_version_id),
        in_group AS (
            PARTITION BY line.shipment_id, line.reason, line.rule_version_id
            ORDER BY
                line.amount_xp DESC,
                line.hold_days DESC NULLS LAST,
                line.quantity DESC NULLS LAST,
                line.subject ASC
        ),
        in_round AS (
            PARTITION BY line.shipment_id
            ORDER BY
                line.reason = 'earned' DESC,
                line.reason,
                line.rule_version_id ASC,
                line.amount_xp DESC,
                line.hold_days DESC NULLS LAST,
                line.quantity DESC NULLS LAST,
                line.subject ASC
        )
)

SELECT *
FROM numbered
WHERE
    place_in_group <= CASE reason WHEN 'earned' THEN %(earned_limit)s ELSE %(unpaid_limit)s END
    AND place_in_round > %(after)s
    AND place_in_round <= %(until)s
