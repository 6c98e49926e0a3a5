-- The rules of the seasons that go on, and of those that ended last, by the version in force or next to come,
-- each with the pauses that it is in and those that it was in last.
WITH paused AS ({rule_pauses})

SELECT
    rule.slug,
    rule.title,
    rule.kind,
    version.number,
    version.params::json AS params,
    version.in_force_from,
    season.ends_at,
    latest.pauses
FROM rules_rule AS rule
INNER JOIN rules_season AS season ON rule.season_id = season.id
INNER JOIN LATERAL (
    SELECT
        candidate.number,
        candidate.params,
        candidate.in_force_from
    FROM rules_ruleversion AS candidate
    WHERE candidate.rule_id = rule.id
    ORDER BY
        candidate.in_force_from > %(as_of)s,
        CASE WHEN candidate.in_force_from <= %(as_of)s THEN candidate.in_force_from END DESC,
        candidate.in_force_from,
        candidate.number DESC
    LIMIT 1
) AS version ON TRUE
LEFT JOIN LATERAL (
    SELECT
        JSON_AGG(
            JSON_BUILD_OBJECT(
                'flag', begun.flag,
                'title', begun.title,
                'starts_at', begun.starts_at,
                'ends_at', begun.ends_at,
                'reason', begun.reason
            )
            ORDER BY begun.starts_at DESC, begun.flag ASC
        ) AS pauses
    FROM (
        SELECT *
        FROM paused
        WHERE paused.rule_id = rule.id AND paused.starts_at <= %(as_of)s
        ORDER BY
            (paused.ends_at IS NULL OR paused.ends_at > %(as_of)s) DESC,
            paused.starts_at DESC
        LIMIT %(pause_limit)s
    ) AS begun
) AS latest ON TRUE
ORDER BY season.ends_at DESC, rule.kind = 'hold_boost', rule.id ASC
LIMIT %(rule_limit)s;
