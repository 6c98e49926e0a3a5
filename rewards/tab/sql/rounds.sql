-- The rounds that brought a collector lines, newest first, with the award and the holds that boosted it. What
-- came to a wallet before it was joined is its collector's now, so that sums are over all own wallets.
WITH own AS (
    SELECT wallet.id AS collector_id
    FROM registry_wallet AS wallet
    WHERE wallet.collector_id = %(collector_id)s
),

received AS (
    SELECT shipment.*
    FROM shipments_shipment AS shipment
    WHERE
        shipment.state IN ('shipping', 'halted', 'shipped', 'sealed')
        AND (%(slug)s::text IS NULL OR shipment.slug = %(slug)s)
        AND EXISTS (
            SELECT 1
            FROM shipments_line AS line
            INNER JOIN own ON line.collector_id = own.collector_id
            WHERE line.shipment_id = shipment.id
        )
),

-- A collector can have a boost for each of thousands of tokens; the round names the three strongest.
ranked_boost AS (
    SELECT
        boost.shipment_id,
        boost.rule_version_id,
        boost.event_id,
        boost.hold_days,
        boost.boost_bp,
        ROW_NUMBER() OVER strongest AS place
    FROM shipments_boost AS boost
    INNER JOIN received ON boost.shipment_id = received.id
    INNER JOIN own ON boost.collector_id = own.collector_id
    -- Those of late lines are named beside these.
    WHERE boost.for_shipment_id = boost.shipment_id
    WINDOW strongest AS (
        PARTITION BY boost.shipment_id
        ORDER BY boost.boost_bp DESC, boost.hold_days DESC, boost.hold_key ASC
    )
),

boosts AS (
    SELECT
        boost.shipment_id,
        JSON_AGG(
            JSON_BUILD_OBJECT(
                'slug', rule.slug,
                'title', rule.title,
                'kind', rule.kind,
                'number', version.number,
                'params', version.params,
                'in_force_from', version.in_force_from,
                'ends_at', season.ends_at,
                'contract', event.contract,
                'collection', event.collection,
                'token_id', event.token_id,
                'started_at', event.at,
                'hold_days', boost.hold_days,
                'boost_bp', boost.boost_bp
            )
            ORDER BY boost.place
        ) AS boosts
    FROM ranked_boost AS boost
    INNER JOIN rules_ruleversion AS version ON boost.rule_version_id = version.id
    INNER JOIN rules_rule AS rule ON version.rule_id = rule.id
    INNER JOIN rules_season AS season ON rule.season_id = season.id
    INNER JOIN inbox_event AS event ON boost.event_id = event.id
    WHERE boost.place <= 3
    GROUP BY boost.shipment_id
),

award AS (
    SELECT
        award.shipment_id,
        SUM(award.amount_xp)::bigint AS amount_xp
    FROM shipments_award AS award
    INNER JOIN own ON award.collector_id = own.collector_id
    GROUP BY award.shipment_id
),

-- Of several awards of one round, all have come when as much was posted as they are.
posted AS (
    SELECT
        transfer.shipment_id,
        MAX(transfer.posted_at) AS posted_at,
        SUM(transfer.amount_xp)::bigint AS amount_xp
    FROM own
    INNER JOIN ledger_account AS account
        ON account.kind = 'collector' AND own.collector_id = account.holder_id
    INNER JOIN ledger_transfer AS transfer ON account.id = transfer.credit_account_id
    WHERE transfer.reason = 'award'
    GROUP BY transfer.shipment_id
)

SELECT
    received.id AS shipment_id,
    received.slug,
    received.title,
    received.message,
    received.state,
    received.window_start,
    received.window_end,
    received.shipping_at,
    received.shipped_at,
    COALESCE(award.amount_xp, 0) AS award_xp,
    posted.posted_at,
    boosts.boosts,
    (
        SELECT MIN(opening.opened_at)
        FROM own
        INNER JOIN tab_opening AS opening ON own.collector_id = opening.collector_id
        WHERE opening.shipment_id = received.id
    ) AS opened_at
FROM received
LEFT JOIN award ON received.id = award.shipment_id
LEFT JOIN boosts ON received.id = boosts.shipment_id
LEFT JOIN posted ON received.id = posted.shipment_id AND award.amount_xp = posted.amount_xp
ORDER BY received.window_end DESC, received.id DESC
LIMIT %(round_limit)s;
