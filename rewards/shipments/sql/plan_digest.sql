-- SHA-256 over what was planned, in words that do not depend on this database's row numbers: each
-- collector by the address of the wallet that stood for it, which no later link changes, with the digest of
-- its lines and boosts in order.
WITH version AS (
    SELECT
        numbered.id,
        rule.slug || '@' || numbered.number AS name
    FROM rules_ruleversion AS numbered
    INNER JOIN rules_rule AS rule ON numbered.rule_id = rule.id
),

-- Rows for the round itself name no round, those for an earlier one its slug.
late_for AS (
    SELECT
        id,
        ' for ' || slug AS name
    FROM shipments_shipment
),

line AS (
    SELECT
        line.collector_id,
        SHA256(CONVERT_TO(STRING_AGG(
            CONCAT_WS(
                ' ',
                version.name,
                line.subject,
                COALESCE(line.quantity::TEXT, '-'),
                COALESCE(line.hold_days::TEXT, '-'),
                line.base_micro_xp,
                line.boost_bp,
                line.amount_xp,
                line.reason
            ) || COALESCE(late_for.name || ' after ' || line.earlier_xp || ' cut ' || line.cut_xp, ''),
            CHR(10)
            ORDER BY version.name COLLATE "C", line.subject, late_for.name COLLATE "C" NULLS FIRST
        ), 'UTF8')) AS digest
    FROM shipments_line AS line
    INNER JOIN version ON line.rule_version_id = version.id
    LEFT JOIN late_for
        ON line.for_shipment_id = late_for.id AND line.for_shipment_id <> line.shipment_id
    WHERE line.shipment_id = %(shipment_id)s
    GROUP BY line.collector_id
),

boost AS (
    SELECT
        boost.collector_id,
        SHA256(CONVERT_TO(STRING_AGG(
            CONCAT_WS(' ', version.name, boost.hold_key, boost.hold_days, boost.boost_bp)
            || COALESCE(late_for.name, ''),
            CHR(10)
            ORDER BY version.name COLLATE "C", boost.hold_key, late_for.name COLLATE "C" NULLS FIRST
        ), 'UTF8')) AS digest
    FROM shipments_boost AS boost
    INNER JOIN version ON boost.rule_version_id = version.id
    LEFT JOIN late_for
        ON boost.for_shipment_id = late_for.id AND boost.for_shipment_id <> boost.shipment_id
    WHERE boost.shipment_id = %(shipment_id)s
    GROUP BY boost.collector_id
)

SELECT
    ENCODE(
        SHA256(
            SHA256(CONVERT_TO(%(inputs)s, 'UTF8'))
            || COALESCE((
                SELECT
                    STRING_AGG(
                        SHA256(CONVERT_TO(collector.address, 'UTF8') || line.digest),
                        ''::BYTEA
                        ORDER BY collector.address
                    )
                FROM line
                INNER JOIN registry_wallet AS collector ON line.collector_id = collector.id
            ), ''::BYTEA)
            || COALESCE((
                SELECT
                    STRING_AGG(
                        SHA256(CONVERT_TO(collector.address, 'UTF8') || boost.digest),
                        ''::BYTEA
                        ORDER BY collector.address
                    )
                FROM boost
                INNER JOIN registry_wallet AS collector ON boost.collector_id = collector.id
            ), ''::BYTEA)
        ),
        'hex'
    ) AS digest
