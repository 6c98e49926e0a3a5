-- Chosen lines of some rounds, with the events, rules and pauses that their words need.
WITH paused AS ({rule_pauses}),

chosen AS ({chosen})

SELECT
    chosen.shipment_id,
    chosen.collector_id,
    chosen.rule_version_id,
    chosen.subject,
    chosen.for_shipment_id,
    shipment.slug AS round,
    chosen.reason,
    chosen.line_count,
    chosen.total_xp,
    chosen.round_line_count,
    paid_round.window_end,
    paid_round.audience::json AS audience,
    CASE WHEN chosen.for_shipment_id <> chosen.shipment_id THEN paid_round.title END AS late_for,
    teller.kind AS told_kind,
    teller.at AS told_at,
    teller.received_at AS told_on,
    rule.slug,
    rule.title,
    rule.kind,
    version.number,
    version.params::json AS params,
    version.in_force_from,
    season.ends_at,
    event.contract,
    event.collection,
    event.token_id,
    event.trait,
    event.at,
    event.price,
    event.currency,
    event.decimals,
    COALESCE(event.quantity, 1) AS units,
    chosen.quantity AS counted,
    chosen.hold_days,
    chosen.base_micro_xp,
    chosen.boost_bp,
    chosen.earlier_xp,
    chosen.cut_xp,
    chosen.amount_xp,
    booster.boosts,
    suspect.evidence,
    pauser.pauses
FROM chosen
INNER JOIN shipments_shipment AS shipment ON chosen.shipment_id = shipment.id
INNER JOIN shipments_shipment AS paid_round ON chosen.for_shipment_id = paid_round.id
INNER JOIN rules_ruleversion AS version ON chosen.rule_version_id = version.id
INNER JOIN rules_rule AS rule ON version.rule_id = rule.id
INNER JOIN rules_season AS season ON rule.season_id = season.id
LEFT JOIN inbox_event AS event ON chosen.event_id = event.id
LEFT JOIN LATERAL (
    -- Of a late line the first event of its token, or its order, that came in between the two plans. One of
    -- another token may be why it is late; then none is named.
    SELECT
        told.kind,
        told.at,
        batch.received_at
    FROM inbox_event AS told
    INNER JOIN inbox_batch AS batch ON told.batch_id = batch.id
    WHERE
        chosen.for_shipment_id <> chosen.shipment_id
        AND told.scope = COALESCE(chosen.token, event.scope)
        AND told.at < paid_round.window_end
        AND batch.received_at > paid_round.planned_at
        AND batch.received_at <= shipment.planned_at
    ORDER BY told.at, told.id
    LIMIT 1
) AS teller ON TRUE
LEFT JOIN LATERAL (
    -- The holds that multiplied this line: of its token, or for all that its collector earned.
    SELECT
        JSON_AGG(
            JSON_BUILD_OBJECT(
                'slug', boost_rule.slug,
                'title', boost_rule.title,
                'kind', boost_rule.kind,
                'number', boost_version.number,
                'params', boost_version.params,
                'in_force_from', boost_version.in_force_from,
                'ends_at', season.ends_at,
                'contract', hold_event.contract,
                'collection', hold_event.collection,
                'token_id', hold_event.token_id,
                'started_at', hold_event.at,
                'hold_days', boost.hold_days,
                'boost_bp', boost.boost_bp
            )
            ORDER BY boost.boost_bp DESC, boost.hold_days DESC, boost.hold_key ASC
        ) AS boosts
    FROM shipments_boost AS boost
    INNER JOIN rules_ruleversion AS boost_version ON boost.rule_version_id = boost_version.id
    INNER JOIN rules_rule AS boost_rule ON boost_version.rule_id = boost_rule.id
    INNER JOIN inbox_event AS hold_event ON boost.event_id = hold_event.id
    WHERE
        boost.shipment_id = chosen.shipment_id
        AND boost.for_shipment_id = chosen.for_shipment_id
        AND boost.collector_id = chosen.collector_id
        AND boost.boost_bp <> 10000
        AND chosen.boost_bp <> 10000
        AND (boost.token IS NULL OR boost.token = chosen.token)
        AND (
            boost_version.params -> 'boosts' = '[]'
            OR boost_version.params -> 'boosts' ? rule.slug
        )
) AS booster ON TRUE
LEFT JOIN LATERAL (
    -- The signals that speak against a sale, the heaviest first.
    SELECT
        JSON_OBJECT_AGG(
            signal.signal, signal.evidence ORDER BY signal.weight DESC, signal.signal ASC
        ) AS evidence
    FROM fairness_signal AS signal
    WHERE chosen.reason = 'wash_trade' AND signal.sale_key = chosen.subject
) AS suspect ON TRUE
LEFT JOIN LATERAL (
    -- The pauses that left this line empty: of a sale the one that it fell into, else those of the round.
    SELECT
        JSON_AGG(
            JSON_BUILD_OBJECT(
                'flag', paused.flag,
                'title', paused.title,
                'starts_at', paused.starts_at,
                'ends_at', paused.ends_at,
                'reason', paused.reason
            )
            ORDER BY paused.starts_at DESC, paused.flag ASC
        ) AS pauses
    FROM paused
    WHERE
        chosen.reason = 'paused'
        AND paused.rule_id = rule.id
        AND paused.starts_at < paid_round.window_end
        AND (
            paused.ends_at IS NULL
            OR paused.ends_at > GREATEST(paid_round.window_start, version.in_force_from)
        )
        AND (
            event.kind <> 'sale'
            OR (
                paused.starts_at <= event.at
                AND (paused.ends_at IS NULL OR paused.ends_at > event.at)
            )
        )
) AS pauser ON TRUE
ORDER BY chosen.shipment_id, chosen.place_in_round;
