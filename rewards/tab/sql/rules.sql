-- The rules of the seasons that go on, and of those that ended last, by the version in force or next to come.
SELECT
    rule.slug,
    rule.title,
    rule.kind,
    version.number,
    version.params::json AS params,
    version.in_force_from,
    season.ends_at
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
ORDER BY season.ends_at DESC, rule.kind = 'hold_boost', rule.id ASC
LIMIT %(rule_limit)s;
