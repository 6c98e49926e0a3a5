-- The pauses of each rule: of its own flag and of those above it. One that was called off is none.
WITH RECURSIVE switch AS (
    SELECT
        rule.id AS rule_id,
        flag.slug,
        flag.title,
        flag.parent_id
    FROM rules_rule AS rule
    INNER JOIN flags_flag AS flag ON flag.slug = %(flag_prefix)s || rule.slug
    UNION ALL
    SELECT
        switch.rule_id,
        above.slug,
        above.title,
        above.parent_id
    FROM switch
    INNER JOIN flags_flag AS above ON switch.parent_id = above.slug
)

SELECT
    switch.rule_id,
    switch.slug AS flag,
    switch.title,
    pause.starts_at,
    pause.ends_at,
    pause.reason
FROM switch
INNER JOIN flags_pause AS pause ON switch.slug = pause.flag_id
WHERE pause.ends_at IS NULL OR pause.ends_at > pause.starts_at
