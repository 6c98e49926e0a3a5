-- What stands against approving an adjustment, with the wallet of each entry.
SELECT
    found.number,
    found.problem,
    found.has_xp::BIGINT AS has_xp,
    found.wanted_xp::BIGINT AS wanted_xp,
    entry.address,
    count(*) OVER () AS problem_count
FROM adjustments_list_problems(%(adjustment_id)s) AS found
LEFT JOIN adjustments_entry AS entry
    ON
        entry.adjustment_id = %(adjustment_id)s
        AND found.number = entry.number
ORDER BY
    found.number NULLS FIRST,
    found.problem
LIMIT %(problem_limit)s
