-- As before, but a rule's own caps and pots hold for the time of each round by itself: late lines for a round
-- before have what that round left of its caps, and a pot that was shared out can be exceeded by differences.
--
-- What in a plan is over a limit: the season's, and those of the rules' own versions. One row for each limit
-- and rule, for its worst place; places says how many there are. The app and the guard below ask the same.
--
-- A sale's XP count on the UTC day of the sale, and those of a sale that nobody knows on a day of their own.
-- What a rule pays for time, or to a list, belongs to no day, and counts for all days of the window, of which
-- the last may be a part of one.
CREATE OR REPLACE FUNCTION shipments_list_excesses(asked BIGINT)
RETURNS TABLE (
    name TEXT,
    rule_id BIGINT,
    collector_id BIGINT,
    day DATE,
    limit_xp NUMERIC,
    amount_xp NUMERIC,
    places BIGINT
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    shipment public.shipments_shipment;
    season public.rules_season;
    days NUMERIC;
BEGIN
    SELECT * INTO STRICT shipment FROM public.shipments_shipment AS known WHERE known.id = asked;
    SELECT * INTO STRICT season FROM public.rules_season AS known WHERE known.id = shipment.season_id;
    days := extract(EPOCH FROM shipment.window_end - shipment.window_start) / 86400;

    RETURN QUERY
    SELECT
        'season.cap_xp_per_shipment',
        NULL::BIGINT,
        NULL::BIGINT,
        NULL::DATE,
        season.cap_xp_per_shipment::NUMERIC,
        paid.amount_xp,
        1::BIGINT
    FROM (
        SELECT greatest(coalesce(sum(award.amount_xp), 0), shipment.total_xp) AS amount_xp
        FROM public.shipments_award AS award
        WHERE award.shipment_id = asked
    ) AS paid
    WHERE paid.amount_xp > season.cap_xp_per_shipment;

    RETURN QUERY
    SELECT
        'season.cap_xp_per_collector',
        NULL::BIGINT,
        award.collector_id,
        NULL::DATE,
        season.cap_xp_per_collector::NUMERIC,
        award.amount_xp::NUMERIC,
        count(*) OVER ()
    FROM public.shipments_award AS award
    WHERE award.shipment_id = asked AND award.amount_xp > season.cap_xp_per_collector
    ORDER BY award.amount_xp DESC, award.collector_id ASC
    LIMIT 1;

    IF season.cap_xp_per_rule_day IS NOT NULL THEN
        RETURN QUERY
        WITH paid AS (
            SELECT
                version.rule_id,
                rule.kind = 'purchase' AS by_day,
                (event.at AT TIME ZONE 'UTC')::DATE AS on_day,
                sum(line.amount_xp) AS amount_xp
            FROM public.shipments_line AS line
            INNER JOIN public.rules_ruleversion AS version ON line.rule_version_id = version.id
            INNER JOIN public.rules_rule AS rule ON version.rule_id = rule.id
            LEFT JOIN public.inbox_event AS event ON rule.kind = 'purchase' AND line.event_id = event.id
            WHERE line.shipment_id = asked AND line.amount_xp > 0
            GROUP BY version.rule_id, rule.kind, on_day
        ),

        bounded AS (
            SELECT
                paid.*,
                season.cap_xp_per_rule_day * CASE WHEN paid.by_day THEN 1 ELSE ceil(days) END AS limit_xp
            FROM paid
        )

        SELECT DISTINCT ON (bounded.rule_id)
            'season.cap_xp_per_rule_day',
            bounded.rule_id,
            NULL::BIGINT,
            bounded.on_day,
            bounded.limit_xp,
            bounded.amount_xp,
            count(*) OVER (PARTITION BY bounded.rule_id)
        FROM bounded
        WHERE bounded.amount_xp > bounded.limit_xp
        ORDER BY bounded.rule_id, bounded.amount_xp DESC, bounded.on_day;
    END IF;

    -- Caps bound what a pot is shared by, and not the shares.
    RETURN QUERY
    WITH version AS (
        SELECT
            known.id,
            known.rule_id,
            pot.xp AS pot_xp,
            CASE WHEN pot.xp IS NULL THEN (known.params ->> 'cap_xp')::NUMERIC END AS cap_xp,
            CASE WHEN pot.xp IS NULL THEN (known.params ->> 'cap_xp_per_collector')::NUMERIC END
                AS cap_xp_per_collector,
            CASE WHEN pot.xp IS NULL THEN (known.params ->> 'cap_xp_per_day')::NUMERIC END AS cap_xp_per_day
        FROM public.rules_ruleversion AS known
        CROSS JOIN
            LATERAL (
                SELECT
                    coalesce(
                        floor((known.params ->> 'pot_xp_per_day')::NUMERIC * days),
                        (known.params ->> 'pot_xp')::NUMERIC
                    ) AS xp
            ) AS pot
        WHERE known.rule_id IN (
            SELECT within.rule_id FROM public.shipments_shipmentrule AS within WHERE within.shipment_id = asked
        )
    ),

    whole AS (
        SELECT
            CASE WHEN version.pot_xp IS NULL THEN 'rule.cap_xp' ELSE 'rule.pot_xp' END AS name,
            version.rule_id,
            NULL::BIGINT AS collector_id,
            NULL::DATE AS on_day,
            coalesce(version.pot_xp, version.cap_xp) AS limit_xp,
            sum(line.amount_xp) AS amount_xp
        FROM public.shipments_line AS line
        INNER JOIN version ON line.rule_version_id = version.id
        WHERE
            line.shipment_id = asked
            AND coalesce(version.pot_xp, version.cap_xp) IS NOT NULL
            AND (version.pot_xp IS NULL OR line.for_shipment_id = asked)
        GROUP BY version.id, version.rule_id, version.pot_xp, version.cap_xp, line.for_shipment_id
    ),

    by_collector AS (
        SELECT
            'rule.cap_xp_per_collector' AS name,
            version.rule_id,
            line.collector_id,
            NULL::DATE AS on_day,
            version.cap_xp_per_collector AS limit_xp,
            sum(line.amount_xp) AS amount_xp
        FROM public.shipments_line AS line
        INNER JOIN version ON line.rule_version_id = version.id
        WHERE line.shipment_id = asked AND line.amount_xp > 0 AND version.cap_xp_per_collector IS NOT NULL
        GROUP BY version.id, version.rule_id, version.cap_xp_per_collector, line.collector_id, line.for_shipment_id
    ),

    by_day AS (
        SELECT
            'rule.cap_xp_per_day' AS name,
            version.rule_id,
            line.collector_id,
            (event.at AT TIME ZONE 'UTC')::DATE AS on_day,
            version.cap_xp_per_day AS limit_xp,
            sum(line.amount_xp) AS amount_xp
        FROM public.shipments_line AS line
        INNER JOIN version ON line.rule_version_id = version.id
        LEFT JOIN public.inbox_event AS event ON line.event_id = event.id
        WHERE line.shipment_id = asked AND line.amount_xp > 0 AND version.cap_xp_per_day IS NOT NULL
        GROUP BY
            version.id,
            version.rule_id,
            version.cap_xp_per_day,
            line.collector_id,
            on_day,
            line.for_shipment_id
    ),

    broken AS (
        SELECT * FROM whole WHERE whole.amount_xp > whole.limit_xp
        UNION ALL
        SELECT * FROM by_collector WHERE by_collector.amount_xp > by_collector.limit_xp
        UNION ALL
        SELECT * FROM by_day WHERE by_day.amount_xp > by_day.limit_xp
    )

    SELECT DISTINCT ON (broken.name, broken.rule_id)
        broken.name,
        broken.rule_id,
        broken.collector_id,
        broken.on_day,
        broken.limit_xp,
        broken.amount_xp,
        count(*) OVER (PARTITION BY broken.name, broken.rule_id)
    FROM broken
    ORDER BY broken.name, broken.rule_id, broken.amount_xp DESC, broken.collector_id, broken.on_day;
END
$function$;
