-- What is due for the time of a round that was approved before: what its lines would be by all that is known
-- now, less what was paid for it, by whoever the paid wallets belong to now. Differences are taken a thing: a
-- token, or what has none, or each subject of a kind whose subjects have no length. So a hold that was joined
-- with another since is not paid twice. Nothing is taken back: a thing that is worth less now is due nothing.
-- A plan clears its rows first, so a row that is there already is an error.
WITH known AS (
    SELECT
        line.*,
        CASE WHEN %(at_an_instant)s THEN line.subject ELSE COALESCE(line.token, line.subject) END AS thing,
        DIV(
            CASE WHEN %(pot)s::BIGINT IS NULL THEN line.uncut_micro ELSE line.amount_micro END, 1000000
        ) AS whole_xp
    FROM ({lines}) AS line
),

paid_line AS (
    SELECT
        line.*,
        shipment.planned_at
    FROM shipments_line AS line
    INNER JOIN shipments_shipment AS shipment ON line.shipment_id = shipment.id
    WHERE
        line.shipment_id = %(for_shipment_id)s
        AND line.for_shipment_id = line.shipment_id
        AND line.rule_version_id = %(rule_version_id)s
    UNION ALL
    SELECT
        line.*,
        shipment.planned_at
    FROM shipments_line AS line
    INNER JOIN shipments_shipment AS shipment ON line.shipment_id = shipment.id
    WHERE
        line.for_shipment_id = %(for_shipment_id)s
        AND line.for_shipment_id <> line.shipment_id
        AND line.shipment_id <> %(shipment_id)s
        AND line.rule_version_id = %(rule_version_id)s
        AND shipment.state IN ('approved', 'shipping', 'halted', 'shipped', 'sealed')
),

-- A paid line counts for who has its wallet now, and also for who was part of its collector then and left.
payee AS (
    SELECT
        paid_line.shipment_id,
        paid_line.collector_id,
        paid_line.subject,
        wallet.collector_id AS collector_now
    FROM paid_line
    INNER JOIN registry_wallet AS wallet ON paid_line.collector_id = wallet.id
    UNION ALL
    SELECT DISTINCT
        paid_line.shipment_id,
        paid_line.collector_id,
        paid_line.subject,
        leaver.collector_id AS collector_now
    FROM paid_line
    INNER JOIN registry_link AS link
        ON
            paid_line.collector_id = link.collector_id
            AND paid_line.planned_at >= link.linked_at
            AND paid_line.planned_at < link.ended_at
    INNER JOIN registry_wallet AS wallet ON paid_line.collector_id = wallet.id
    INNER JOIN registry_wallet AS leaver
        ON link.wallet_id = leaver.id AND wallet.collector_id <> leaver.collector_id
),

paid AS (
    SELECT
        payee.collector_now AS collector_id,
        paid_line.subject,
        paid_line.event_id,
        paid_line.amount_xp,
        CASE
            WHEN %(at_an_instant)s THEN paid_line.subject ELSE COALESCE(paid_line.token, paid_line.subject)
        END AS thing,
        -- A share of a pot is not what the line was worth less a cut, so shares are compared.
        paid_line.amount_xp + CASE WHEN %(pot)s::BIGINT IS NULL THEN paid_line.cut_xp ELSE 0 END AS counted_xp
    FROM paid_line
    INNER JOIN payee
        ON
            paid_line.shipment_id = payee.shipment_id
            AND paid_line.collector_id = payee.collector_id
            AND paid_line.subject = payee.subject
),

-- What a version was not asked about so far. A sale may be paid all the same: by another round or version,
-- in whose time it lay until an earlier telling of it came. Each is looked up by the key of the lines.
unpaid AS MATERIALIZED (
    SELECT
        known.collector_id,
        known.subject
    FROM known
    WHERE
        known.whole_xp > 0
        AND %(at_an_instant)s
        AND NOT EXISTS (
            SELECT FROM paid
            WHERE paid.collector_id = known.collector_id AND paid.subject = known.subject
        )
),

paid_elsewhere AS (
    SELECT
        unpaid.collector_id,
        unpaid.subject,
        SUM(line.counted_xp) AS counted_xp
    FROM unpaid
    INNER JOIN (
        SELECT
            own.id,
            own.collector_id
        FROM registry_wallet AS own
        UNION
        SELECT
            link.collector_id AS id,
            leaver.collector_id
        FROM registry_link AS link
        INNER JOIN registry_wallet AS leaver ON link.wallet_id = leaver.id
    ) AS wallet ON unpaid.collector_id = wallet.collector_id
    CROSS JOIN (
        SELECT
            shipment.id AS shipment_id,
            version.id AS rule_version_id
        FROM shipments_shipmentrule AS other
        INNER JOIN shipments_shipment AS shipment ON other.shipment_id = shipment.id
        INNER JOIN rules_ruleversion AS version ON other.rule_id = version.rule_id
        WHERE
            other.rule_id = %(rule_id)s
            AND shipment.id <> %(shipment_id)s
            AND shipment.state IN ('approved', 'shipping', 'halted', 'shipped', 'sealed')
    ) AS place
    CROSS JOIN
        LATERAL (
            SELECT SUM(other_line.amount_xp + other_line.cut_xp) AS counted_xp
            FROM shipments_line AS other_line
            WHERE
                other_line.shipment_id = place.shipment_id
                AND other_line.collector_id = wallet.id
                AND other_line.rule_version_id = place.rule_version_id
                AND other_line.subject = unpaid.subject
        ) AS line
    GROUP BY
        unpaid.collector_id,
        unpaid.subject
),

counted_subject AS (
    SELECT
        both_places.collector_id,
        both_places.subject,
        SUM(both_places.counted_xp) AS counted_xp,
        BOOL_OR(both_places.is_here) AS is_here
    FROM (
        SELECT
            paid.collector_id,
            paid.subject,
            paid.counted_xp,
            TRUE AS is_here
        FROM paid
        UNION ALL
        SELECT
            paid_elsewhere.collector_id,
            paid_elsewhere.subject,
            paid_elsewhere.counted_xp,
            FALSE AS is_here
        FROM paid_elsewhere
    ) AS both_places
    GROUP BY
        both_places.collector_id,
        both_places.subject
),

counted_thing AS (
    SELECT
        named.collector_id,
        named.thing,
        SUM(named.counted_xp) AS counted_xp
    FROM (
        SELECT
            paid.collector_id,
            paid.thing,
            paid.counted_xp
        FROM paid
        UNION ALL
        SELECT
            paid_elsewhere.collector_id,
            paid_elsewhere.subject AS thing,
            paid_elsewhere.counted_xp
        FROM paid_elsewhere
    ) AS named
    GROUP BY
        named.collector_id,
        named.thing
),

compared AS (
    SELECT
        known.*,
        COALESCE(counted_subject.is_here, FALSE) AS has_line,
        GREATEST(known.whole_xp - COALESCE(counted_subject.counted_xp, 0), 0) AS line_due_xp,
        SUM(known.whole_xp) OVER (PARTITION BY known.collector_id, known.thing)
        - COALESCE(counted_thing.counted_xp, 0) AS thing_due_xp
    FROM known
    LEFT JOIN counted_subject
        ON known.collector_id = counted_subject.collector_id AND known.subject = counted_subject.subject
    LEFT JOIN counted_thing
        ON known.collector_id = counted_thing.collector_id AND known.thing = counted_thing.thing
),

-- Of several lines of one thing the earliest that are worth more now come first.
due AS (
    SELECT
        compared.*,
        LEAST(
            compared.line_due_xp,
            GREATEST(
                compared.thing_due_xp + compared.line_due_xp - SUM(compared.line_due_xp) OVER earlier_first, 0
            )
        ) AS due_xp
    FROM compared
    WINDOW
        earlier_first AS (
            PARTITION BY compared.collector_id, compared.thing
            ORDER BY compared.at, compared.subject
        )
),

asked AS (
    SELECT * FROM due
    WHERE due_xp > 0 OR NOT has_line
),

-- Caps leave the room that the payments before have left. With a pot they are in its shares already.
by_day AS (
    SELECT
        asked.*,
        CASE
            WHEN %(cap_xp_per_day)s::BIGINT IS NULL OR %(pot)s::BIGINT IS NOT NULL THEN asked.due_xp
            ELSE LEAST(
                asked.due_xp,
                GREATEST(
                    %(cap_xp_per_day)s::BIGINT - COALESCE(of_day.amount_xp, 0)
                    + asked.due_xp - SUM(asked.due_xp) OVER earlier_first,
                    0
                )
            )
        END AS within_day_xp
    FROM asked
    LEFT JOIN (
        SELECT
            paid.collector_id,
            (event.at AT TIME ZONE 'UTC')::DATE AS day,
            SUM(paid.amount_xp) AS amount_xp
        FROM paid
        INNER JOIN inbox_event AS event ON paid.event_id = event.id
        WHERE %(cap_xp_per_day)s::BIGINT IS NOT NULL
        GROUP BY
            paid.collector_id,
            day
    ) AS of_day
        ON asked.collector_id = of_day.collector_id AND (asked.at AT TIME ZONE 'UTC')::DATE = of_day.day
    WINDOW
        earlier_first AS (
            PARTITION BY asked.collector_id, (asked.at AT TIME ZONE 'UTC')::DATE
            ORDER BY asked.at, asked.subject
        )
),

by_collector AS (
    SELECT
        by_day.*,
        CASE
            WHEN %(cap_xp_per_collector)s::BIGINT IS NULL OR %(pot)s::BIGINT IS NOT NULL THEN within_day_xp
            ELSE LEAST(
                by_day.within_day_xp,
                GREATEST(
                    %(cap_xp_per_collector)s::BIGINT - COALESCE(of_collector.amount_xp, 0)
                    + by_day.within_day_xp - SUM(by_day.within_day_xp) OVER earlier_first,
                    0
                )
            )
        END AS within_collector_xp
    FROM by_day
    LEFT JOIN (
        SELECT
            collector_id,
            SUM(amount_xp) AS amount_xp
        FROM paid
        GROUP BY collector_id
    ) AS of_collector ON by_day.collector_id = of_collector.collector_id
    WINDOW earlier_first AS (PARTITION BY by_day.collector_id ORDER BY by_day.at, by_day.subject)
),

by_rule AS (
    SELECT
        by_collector.*,
        CASE
            WHEN %(cap_xp)s::BIGINT IS NULL OR %(pot)s::BIGINT IS NOT NULL THEN within_collector_xp
            ELSE LEAST(
                by_collector.within_collector_xp,
                GREATEST(
                    %(cap_xp)s::BIGINT - of_all.amount_xp
                    + by_collector.within_collector_xp
                    - SUM(by_collector.within_collector_xp) OVER earlier_first,
                    0
                )
            )
        END AS amount_xp
    FROM by_collector
    CROSS JOIN (SELECT COALESCE(SUM(amount_xp), 0) AS amount_xp FROM paid_line) AS of_all
    WINDOW
        earlier_first AS (ORDER BY by_collector.at, by_collector.subject, by_collector.collector_id)
)

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
    cut_xp,
    amount_xp,
    reason,
    for_shipment_id,
    earlier_xp
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
    base_micro::BIGINT,
    boost_bp,
    (due_xp - amount_xp)::BIGINT AS cut_xp,
    amount_xp::BIGINT,
    CASE
        WHEN reason IS NOT NULL THEN reason
        WHEN amount_xp > 0 THEN 'earned'
        WHEN due_xp > 0 THEN 'over_cap'
        WHEN whole_xp > 0 THEN 'already_paid'
        ELSE 'rounds_to_zero'
    END AS reason,
    %(for_shipment_id)s,
    (whole_xp - due_xp)::BIGINT AS earlier_xp
FROM by_rule
ORDER BY collector_id
