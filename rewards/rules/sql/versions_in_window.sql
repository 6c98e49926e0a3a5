-- The versions of rules that are in force in some part of a window, with that part.
SELECT
    version.id,
    version.rule_id,
    version.slug,
    version.kind,
    version.title,
    version.number,
    version.params,
    GREATEST(version.in_force_from, %(window_start)s) AS starts_at,
    LEAST(COALESCE(version.in_force_until, %(window_end)s), %(window_end)s) AS ends_at
FROM (
    SELECT
        numbered.*,
        rule.slug,
        rule.kind,
        rule.title,
        LEAD(numbered.in_force_from) OVER (
            PARTITION BY numbered.rule_id
            ORDER BY numbered.number
        ) AS in_force_until
    FROM rules_ruleversion AS numbered
    INNER JOIN rules_rule AS rule ON numbered.rule_id = rule.id
    WHERE numbered.rule_id = ANY(%(rules)s)
) AS version
WHERE
    version.in_force_from < %(window_end)s
    -- A version that another one replaced before it came into force has no time at all.
    AND (
        version.in_force_until IS NULL
        OR version.in_force_until > GREATEST(version.in_force_from, %(window_start)s)
    )
ORDER BY
    version.slug,
    version.number
